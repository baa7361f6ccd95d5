// The editor of the policy: pins by choice, everything by text, and beside both what the service says the draft would do.

import { useState } from 'preact/hooks';
import type { Policy } from '../../../../../shared/domain/policy/policy.ts';
import { addressOf } from '../../address.ts';
import { differences } from '../../differences/diff.ts';
import { Differences } from '../../differences/diff-view.tsx';
import { DryRunView, useDryRun } from '../../differences/dry-run.tsx';
import { Link } from '../../parts/link.tsx';
import {
  type Draft,
  dropDraft,
  freshDraft,
  isPolicyShaped,
  keepDraft,
  openDraft,
  parseDraft,
  textOf,
} from './draft.ts';
import { PinForm } from './pin-form.tsx';
import { Publish } from './publish.tsx';

interface EditorProps {
  readonly policy: Policy | null;
  readonly etag: string;
  /** The ring whose pins are shown first. */
  readonly ring: string | null;
}

export function Editor({ policy, etag, ring }: EditorProps) {
  const [draft, setDraft] = useState(() => openDraft(policy, etag));
  const change = (changed: Draft) => setDraft(keepDraft(changed));
  const { value, error } = parseDraft(draft.text);
  const isChanged = draft.base === null || differences(draft.base, value).length > 0;
  const dryRun = useDryRun(
    error !== null || !isChanged
      ? null
      : { method: 'PUT', path: '/v1/policy?dry-run', ifMatch: draft.etag, body: value },
  );
  const startAgain = () => {
    dropDraft();
    change(freshDraft(policy, etag));
  };
  return (
    <>
      <p class="row">
        <Link to={addressOf('/rings', { ring })}>Back to the rings</Link>
        {isChanged && draft.base !== null && (
          <button type="button" onClick={startAgain}>
            Drop the draft
          </button>
        )}
      </p>
      <div class="split">
        <div>
          {isPolicyShaped(value) && (
            <PinForm policy={value} ring={ring} onChange={(next) => change({ ...draft, text: textOf(next) })} />
          )}
          <label>
            The whole policy
            <textarea
              class="code"
              rows={18}
              spellcheck={false}
              value={draft.text}
              aria-describedby="draft-error"
              onInput={(event) => change({ ...draft, text: event.currentTarget.value })}
            />
          </label>
          <p id="draft-error" class="error-text" role="status">
            {error !== null && `This is not JSON: ${error}`}
          </p>
        </div>
        <div>
          <DryRunView state={dryRun} />
          {draft.base !== null && isChanged && error === null && (
            <details>
              <summary>What you changed</summary>
              <Differences of={differences(draft.base, value)} />
            </details>
          )}
          {isChanged && error === null && (
            <Publish draft={draft} value={value} dryRun={dryRun} current={{ policy, etag }} onRebased={change} />
          )}
        </div>
      </div>
    </>
  );
}
