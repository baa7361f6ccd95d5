// Publishes a draft: with a note, with a reason where the service asks for one, and with both diffs when somebody else was first.

import { useEffect, useState } from 'preact/hooks';
import type { Policy } from '../../../../../shared/domain/policy/policy.ts';
import { addressOf } from '../../address.ts';
import { type Call, pathOf, send } from '../../client/call.ts';
import type { ChangeReply, Problem } from '../../client/replies.ts';
import { readAllAgain } from '../../client/use-call.ts';
import type { DryRunState } from '../../differences/dry-run.tsx';
import { CurlView } from '../../parts/curl-view.tsx';
import { Link } from '../../parts/link.tsx';
import { ProblemView } from '../../parts/problem-view.tsx';
import { Conflict } from './conflict.tsx';
import { type Draft, dropDraft } from './draft.ts';

interface PublishProps {
  readonly draft: Draft;
  readonly value: unknown;
  readonly dryRun: DryRunState;
  readonly current: { readonly policy: Policy | null; readonly etag: string };
  readonly onRebased: (draft: Draft) => void;
}

export function Publish({ draft, value, dryRun, current, onRebased }: PublishProps) {
  const [note, setNote] = useState('');
  const [force, setForce] = useState('');
  const [isSending, setSending] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [done, setDone] = useState<ChangeReply | null>(null);
  const call: Call = { method: 'PUT', path: pathOf('/v1/policy', { note, force }), ifMatch: draft.etag, body: value };
  const isRefused = (problem ?? dryRun.problem)?.code === 'revision_conflict';
  const isOutdated = draft.etag !== current.etag;
  // The service knows of a newer policy than this page.
  useEffect(() => {
    if (isRefused && !isOutdated) readAllAgain();
  }, [isRefused, isOutdated]);
  const needsForce = (problem ?? dryRun.problem)?.code === 'model_not_callable' || force !== '';

  async function publish(event: Event): Promise<void> {
    event.preventDefault();
    setSending(true);
    const answer = await send<ChangeReply>(call);
    setSending(false);
    readAllAgain();
    if (!answer.ok) return setProblem(answer.problem);
    dropDraft();
    setProblem(null);
    setDone(answer.value);
  }

  if (done !== null) return <Done reply={done} />;
  if (isOutdated && current.policy !== null)
    return (
      <Conflict
        draft={draft}
        mine={value}
        current={{ policy: current.policy, etag: current.etag }}
        onRebased={onRebased}
      />
    );
  const isWaiting = (dryRun.reply?.risks.length ?? 0) > 0;
  return (
    <form onSubmit={publish}>
      <label>
        Note: why you make the change
        <input maxLength={500} value={note} onInput={(event) => setNote(event.currentTarget.value)} />
      </label>
      {needsForce && (
        <label>
          Publish although a pin is not known to answer, because
          <input maxLength={200} value={force} onInput={(event) => setForce(event.currentTarget.value)} />
        </label>
      )}
      <ProblemView problem={problem} />
      <CurlView call={call} />
      <button type="submit" class="primary" disabled={isSending || dryRun.isAsking}>
        {isWaiting ? 'Propose' : 'Publish'}
      </button>
    </form>
  );
}

function Done({ reply: { revision, proposal, changed, rollouts } }: { readonly reply: ChangeReply }) {
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
      <Link to={addressOf('/rings')}>To the rings</Link>
    </div>
  );
}
