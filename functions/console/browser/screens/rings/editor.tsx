// The editor of the policy: pins by choice, everything by text, and beside both what the service says the draft would do.

import { useState } from 'preact/hooks';
import type { Policy } from '../../../../../shared/domain/policy/policy.ts';
import { addressOf } from '../../address.ts';
import { pathOf } from '../../client/call.ts';
import type { ChangeReply } from '../../client/replies.ts';
import { differences } from '../../differences/diff.ts';
import { Differences } from '../../differences/diff-view.tsx';
import { DryRunView, useDryRun } from '../../differences/dry-run.tsx';
import { NotYours, useLacks } from '../../for-role.tsx';
import { Link } from '../../parts/link.tsx';
import {
  type Draft,
  dropDraft,
  freshDraft,
  isPolicyShaped,
  isUntouched,
  keepDraft,
  openDraft,
  parseDraft,
  textOf,
} from './draft.ts';
import { ExceptionsForm, noExceptions } from './exceptions-form.tsx';
import { PinForm } from './pin-form.tsx';
import { Publish } from './publish.tsx';
import { Published } from './published.tsx';

interface EditorProps {
  readonly policy: Policy | null;
  readonly etag: string;
  /** The ring whose pins are shown first. */
  readonly ring: string | null;
}

export function Editor({ policy, etag, ring }: EditorProps) {
  const [held, setDraft] = useState(() => openDraft(policy, etag));
  const [done, setDone] = useState<ChangeReply | null>(null);
  const draft = held.etag !== etag && isUntouched(held) ? freshDraft(policy, etag) : held;
  const [exceptions, setExceptions] = useState(noExceptions);
  const change = (changed: Draft) => setDraft(keepDraft(changed));
  const { value, error } = parseDraft(draft.text);
  const isChanged = draft.base === null || differences(draft.base, value).length > 0;
  const isRefused = useLacks('editor');
  const isReady = isChanged && error === null && !isRefused;
  const dryRun = useDryRun(
    !isReady
      ? null
      : {
          method: 'PUT',
          path: pathOf('/v1/policy', { 'dry-run': 'true', ...exceptions }),
          ifMatch: draft.etag,
          body: value,
        },
  );
  const startAgain = () => {
    dropDraft();
    setDraft(freshDraft(policy, etag));
  };
  const finish = (reply: ChangeReply) => {
    startAgain();
    setExceptions(noExceptions);
    setDone(reply);
  };
  if (done !== null) return <Published reply={done} onEdit={() => setDone(null)} />;
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
      <NotYours needs="editor" what="A draft" />
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
          {!isRefused && <DryRunView state={dryRun} />}
          {draft.base !== null && isChanged && error === null && (
            <details>
              <summary>What you changed</summary>
              <Differences of={differences(draft.base, value)} />
            </details>
          )}
          {isReady && <ExceptionsForm exceptions={exceptions} onChange={setExceptions} />}
          {isReady && (
            <Publish
              draft={draft}
              value={value}
              dryRun={dryRun}
              exceptions={exceptions}
              current={{ policy, etag }}
              onRebased={change}
              onDone={finish}
            />
          )}
        </div>
      </div>
    </>
  );
}
