// One revision: what it changed, compared with the one before or with any other, and its restoring with the dry run of that.

import { useState } from 'preact/hooks';
import { addressOf, goTo } from '../../address.ts';
import { pathOf } from '../../client/call.ts';
import type { Replies } from '../../client/replies.ts';
import { useCall, useGet } from '../../client/use-call.ts';
import { DiffView } from '../../differences/diff-view.tsx';
import { DryRunView, useDryRun } from '../../differences/dry-run.tsx';
import { ForRole, useLacks } from '../../for-role.tsx';
import { Action } from '../../parts/action.tsx';
import { Loading } from '../../parts/loading.tsx';
import { Time } from '../../parts/time.tsx';

type Revision = Replies['/v1/revisions/{number}'];

interface RevisionDetailProps {
  readonly number: string;
  readonly from: string | null;
}

export function RevisionDetail({ number, from }: RevisionDetailProps) {
  const reading = useCall('/v1/revisions/{number}', `/v1/revisions/${encodeURIComponent(number)}`);
  const other = from ?? String(Number(number) - 1);
  const isFirst = other === '0';
  const compared = useCall('/v1/revisions/{number}', isFirst ? null : `/v1/revisions/${encodeURIComponent(other)}`);
  const revision = reading.value;
  if (revision === null) return <Loading of={[reading]} />;
  const compare = (event: { readonly currentTarget: HTMLInputElement }) =>
    goTo(addressOf('/history', { revision: number, from: event.currentTarget.value }));
  return (
    <section class="card" aria-labelledby="revision">
      <h2 id="revision">Revision {number}</h2>
      <p>
        By <strong>{revision.by}</strong> <Time at={revision.at} />
        {revision.approvedBy !== null && `, approved by ${revision.approvedBy}`}
        {revision.forced !== null && `, forced: ${revision.forced}`}.
      </p>
      {revision.note !== null && <blockquote>{revision.note}</blockquote>}
      <label class="inline">
        Compared with revision
        <input type="number" min="1" value={isFirst ? '' : other} onChange={compare} />
      </label>
      <Loading of={isFirst ? [] : [compared]} />
      {(isFirst || compared.value !== null) && <DiffView from={contentOf(compared.value)} to={contentOf(revision)} />}
      <Restore number={number} />
    </section>
  );
}

/** What decides what machines are served: the policy, and the rollouts under way. */
function contentOf(revision: Revision | null): object {
  if (revision === null) return {};
  const rollouts = revision.rollouts.map(({ id, ring, to, stages, stage, state }) => [
    `rollout ${id}`,
    `${to.model} to ${stages[stage]} % of ${ring}, ${state}`,
  ]);
  return { ...revision.policy, ...Object.fromEntries(rollouts) };
}

function Restore({ number }: { readonly number: string }) {
  const [isAsked, setAsked] = useState(false);
  const [done, setDone] = useState(false);
  const isRefused = useLacks('editor');
  const current = useGet('/v1/policy');
  const path = `/v1/revisions/${encodeURIComponent(number)}/restore`;
  const etag = current.etag ?? '*';
  const dryRun = useDryRun(
    isAsked && !done ? { method: 'POST', path: pathOf(path, { 'dry-run': 'true' }), ifMatch: etag } : null,
  );
  if (done)
    return (
      <p class="notice good" role="status">
        Done. The newest revision stands first in the list.
      </p>
    );
  if (!isAsked)
    return (
      <p>
        <button type="button" disabled={isRefused} onClick={() => setAsked(true)}>
          Restore…
          <ForRole needs="editor" />
        </button>
      </p>
    );
  return (
    <>
      <DryRunView state={dryRun} />
      {dryRun.reply !== null && (
        <Action
          label={`Restore revision ${number}`}
          does="Its policy becomes a new revision, as far as nobody else must approve it. Every rollout is aborted."
          call={{ method: 'POST', path, ifMatch: etag }}
          needs="editor"
          noteAs="note"
          onDone={() => setDone(true)}
        />
      )}
    </>
  );
}
