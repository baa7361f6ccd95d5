// What became of a draft: a revision, a proposal that waits, or rollouts.

import { addressOf } from '../../address.ts';
import type { ChangeReply } from '../../client/replies.ts';
import { Link } from '../../parts/link.tsx';

interface PublishedProps {
  readonly reply: ChangeReply;
  readonly onEdit: () => void;
}

export function Published({ reply: { revision, proposal, changed, rollouts }, onEdit }: PublishedProps) {
  return (
    <div class="notice good" role="status">
      {proposal !== null ? (
        <p>
          <Link to={addressOf('/changes', { proposal })}>Change {proposal}</Link> waits for a second person.
        </p>
      ) : (
        <p>{changed ? `Revision ${revision} is published.` : 'Nothing was different, so nothing was published.'}</p>
      )}
      {rollouts.map((rollout) => (
        <p key={rollout}>
          <Link to={addressOf('/changes', { rollout })}>Rollout {rollout}</Link> takes the pin to the ring in stages.
        </p>
      ))}
      <p class="row">
        <Link to={addressOf('/rings')}>To the rings</Link>
        <button type="button" onClick={onEdit}>
          Edit again
        </button>
      </p>
    </div>
  );
}
