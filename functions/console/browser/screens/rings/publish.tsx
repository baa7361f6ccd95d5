// Publishes a draft: with a note, with a reason where the service asks for one, and with both diffs when somebody else was first.

import { useEffect, useState } from 'preact/hooks';
import type { Policy } from '../../../../../shared/domain/policy/policy.ts';
import { type Call, pathOf, send } from '../../client/call.ts';
import { readAllAgain } from '../../client/readings.ts';
import type { ChangeReply, Problem } from '../../client/replies.ts';
import { differences } from '../../differences/diff.ts';
import type { DryRunState } from '../../differences/dry-run.tsx';
import { CurlView } from '../../parts/curl-view.tsx';
import { ProblemView } from '../../parts/problem-view.tsx';
import { Conflict } from './conflict.tsx';
import type { Draft } from './draft.ts';
import type { Exceptions } from './exceptions-form.tsx';

interface PublishProps {
  readonly draft: Draft;
  readonly value: unknown;
  readonly dryRun: DryRunState;
  readonly exceptions: Exceptions;
  readonly current: { readonly policy: Policy | null; readonly etag: string };
  readonly onRebased: (draft: Draft) => void;
  readonly onDone: (reply: ChangeReply) => void;
}

export function Publish({ draft, value, dryRun, exceptions, current, onRebased, onDone }: PublishProps) {
  const [note, setNote] = useState('');
  const [isSending, setSending] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const call: Call = {
    method: 'PUT',
    path: pathOf('/v1/policy', { note, ...exceptions }),
    ifMatch: draft.etag,
    body: value,
  };
  const isRefused = (problem ?? dryRun.problem)?.code === 'revision_conflict';
  // The moves of a rollout make revisions, too, but change no policy.
  const isOutdated = draft.etag !== current.etag && differences(draft.base, current.policy).length > 0;
  // The service knows of a newer policy than this page.
  useEffect(() => {
    if (isRefused && !isOutdated) readAllAgain();
  }, [isRefused, isOutdated]);

  async function publish(event: Event): Promise<void> {
    event.preventDefault();
    setSending(true);
    const answer = await send<ChangeReply>(call);
    setSending(false);
    readAllAgain();
    if (!answer.ok) return setProblem(answer.problem);
    onDone(answer.value);
  }

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
      <ProblemView problem={problem} />
      <CurlView call={call} />
      <button type="submit" class="primary" disabled={isSending || dryRun.isAsking}>
        {isWaiting ? 'Propose' : 'Publish'}
      </button>
    </form>
  );
}
