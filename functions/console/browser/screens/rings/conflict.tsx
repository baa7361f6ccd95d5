// A conflict: somebody else changed the policy since the draft was started. Both diffs are shown. If they are about different
// values, the draft's can be put onto the current policy.

import type { Policy } from '../../../../../shared/domain/policy/policy.ts';
import { areApart, differences, withDifferences } from '../../differences/diff.ts';
import { Differences } from '../../differences/diff-view.tsx';
import { type Draft, freshDraft, textOf } from './draft.ts';

interface ConflictProps {
  readonly draft: Draft;
  readonly mine: unknown;
  readonly current: { readonly policy: Policy; readonly etag: string };
  readonly onRebased: (draft: Draft) => void;
}

export function Conflict({ draft, mine, current: { policy, etag }, onRebased }: ConflictProps) {
  const theirs = differences(draft.base, policy);
  const ours = differences(draft.base, mine);
  const canJoin = draft.base !== null && areApart(theirs, ours);
  const join = () => onRebased({ base: policy, etag, text: textOf(withDifferences(policy, ours)) });
  return (
    <section class="notice warn" aria-labelledby="conflict">
      <h3 id="conflict">Somebody else changed the policy meanwhile</h3>
      <h4>What they changed</h4>
      <Differences of={theirs} />
      <h4>What you changed</h4>
      <Differences of={ours} />
      {!canJoin && <p>Both change the same values, so only a person can join them.</p>}
      <div class="row">
        {canJoin && (
          <button type="button" class="primary" onClick={join}>
            Put mine onto theirs
          </button>
        )}
        <button type="button" onClick={() => onRebased(freshDraft(policy, etag))}>
          Start again from theirs
        </button>
      </div>
    </section>
  );
}
