// Decides a proposal. Somebody other than its author approves it, or anybody who may change the policy rejects it.

import type { Proposal } from '../../shared/domain/changes/proposal.ts';
import { checkSecondPerson } from '../../shared/domain/changes/second-person.ts';
import { fail, ok, type Result } from '../../shared/domain/fault.ts';
import { numberedId, type Store, type Stored } from '../../shared/ports.ts';
import type { ChangePolicy } from './change-policy.ts';
import type { CommandPorts } from './command-ports.ts';
import type { ChangeResult } from './policy-change.ts';
import { decided, decidedWrite, proposalDecided } from './policy-decisions.ts';
import { transact } from './transact.ts';

/** Faults: `proposal_unknown`, `proposal_state`, `second_person_needed`, and those of a change of the policy. */
export async function approveProposal(
  { store }: CommandPorts,
  changePolicy: ChangePolicy,
  number: number,
  approver: string,
  approvalNote: string | null,
): Promise<Result<ChangeResult>> {
  const proposal = await readOpenProposal(store, number);
  if (!proposal.ok) return proposal;
  const { base, by, note, force } = proposal.value.value;
  const allowed = checkSecondPerson(by, approver);
  if (!allowed.ok) return allowed;
  const draft = async () => {
    // Read again for each attempt: somebody else may have decided it meanwhile.
    const open = await readOpenProposal(store, number);
    return open.ok ? ok({ policy: open.value.value.policy, proposal: open.value }) : open;
  };
  // Whether its author may write a managed policy was checked when they proposed.
  const author = { by, isOwner: true };
  const approved = { expected: base, note, force, restores: null, dryRun: false, approvedBy: approver, approvalNote };
  return changePolicy({ draft, ...author, ...approved });
}

/** Faults: `proposal_unknown`, `proposal_state`. */
export async function rejectProposal(
  { store, clock, afterCommit }: CommandPorts,
  number: number,
  by: string,
  note: string | null,
): Promise<Result<Proposal>> {
  const rejected = await transact(
    store,
    () => readOpenProposal(store, number),
    (proposal) => {
      const decision = { state: 'rejected', by, at: new Date(clock()).toISOString(), note } as const;
      return ok({
        writes: [decidedWrite(proposal, decision)],
        newEvents: [proposalDecided(proposal.value, decision)],
        outcome: decided(proposal.value, decision),
      });
    },
  );
  if (rejected.ok) await afterCommit();
  return rejected;
}

/** Faults: `proposal_unknown`. */
export async function readProposal(store: Store, number: number): Promise<Result<Stored<Proposal>>> {
  const proposal = await store.read('proposal', numberedId(number));
  if (!proposal.ok) return proposal;
  return proposal.value === null ? fail({ code: 'proposal_unknown', proposal: number }) : ok(proposal.value);
}

async function readOpenProposal(store: Store, number: number): Promise<Result<Stored<Proposal>>> {
  const proposal = await readProposal(store, number);
  if (!proposal.ok || proposal.value.value.state === 'open') return proposal;
  return fail({ code: 'proposal_state', proposal: number, state: proposal.value.value.state });
}
