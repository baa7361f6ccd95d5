// A proposal: its consequences first, then the raw difference from what stands now, and what can be done.

import type { Replies } from '../../client/replies.ts';
import { useCall, useGet } from '../../client/use-call.ts';
import { Consequences } from '../../differences/consequences.tsx';
import { DiffView } from '../../differences/diff-view.tsx';
import { Action } from '../../parts/action.tsx';
import { Badge } from '../../parts/badge.tsx';
import { Loading } from '../../parts/loading.tsx';
import { Time } from '../../parts/time.tsx';

export function ProposalDetail({ number }: { readonly number: number }) {
  const reading = useCall('/v1/proposals/{proposal}', `/v1/proposals/${number}`);
  const proposal = reading.value;
  if (proposal === null) return <Loading of={[reading]} />;
  const {
    kind,
    state,
    by,
    at,
    expiresAt,
    note,
    consequences,
    moreConsequences,
    moreRaising = 0,
    decidedBy,
    decidedAt,
  } = proposal;
  return (
    <section class="card" aria-labelledby="proposal">
      <h2 id="proposal">
        Change {number} of the {kind} <Badge state={state} />
      </h2>
      <p>
        By <strong>{by}</strong> <Time at={at} />
        {state === 'open' && (
          <>
            . It expires <Time at={expiresAt} />
          </>
        )}
        {decidedBy !== null && (
          <>
            . {state} by <strong>{decidedBy}</strong> <Time at={decidedAt} />
          </>
        )}
        .
      </p>
      {note !== null && <blockquote>{note}</blockquote>}
      <h3>What it would do</h3>
      <Consequences consequences={consequences} more={moreConsequences} moreRaising={moreRaising} />
      {state === 'open' && <Decide proposal={proposal} />}
      <details>
        <summary>The difference from what stands now</summary>
        <FromCurrent proposal={proposal} />
      </details>
    </section>
  );
}

type Proposal = Replies['/v1/proposals/{proposal}'];

function Decide({ proposal: { number, by, kind } }: { readonly proposal: Proposal }) {
  const caller = useGet('/v1/caller').value;
  const isOwn = caller?.name === by;
  const path = `/v1/proposals/${number}`;
  return (
    <div class="row actions">
      {isOwn ? (
        <p class="quiet">You made it, so somebody else must approve it.</p>
      ) : (
        <Action
          label="Approve"
          does={`This publishes the proposed ${kind} at once.`}
          call={{ method: 'POST', path: `${path}/approve` }}
          needs="approver"
          noteAs={null}
        />
      )}
      <Action
        label="Reject"
        does="Nothing is changed, and nobody can approve it any more."
        call={{ method: 'POST', path: `${path}/reject` }}
        needs="editor"
        noteAs={null}
        isGrave
      />
      <Action
        label="Rebase"
        does="Makes the same change again to what stands today. It becomes a proposal of yours, which somebody else must approve."
        call={{ method: 'POST', path: `${path}/rebase` }}
        needs="editor"
        noteAs="note"
      />
    </div>
  );
}

function FromCurrent({ proposal }: { readonly proposal: Proposal }) {
  const policy = useGet('/v1/policy').value;
  const roles = useCall('/v1/access', proposal.kind === 'roles' ? '/v1/access' : null).value;
  if (proposal.kind === 'policy') return <DiffView from={policy} to={proposal.policy} />;
  return <DiffView from={roles} to={proposal.roles} />;
}
