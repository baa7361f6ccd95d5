// Reads a proposal, and checks that it is in a state.

import { type Proposal, type ProposalState, proposalState } from '../../../shared/domain/changes/proposal.ts';
import { fail, ok, type Result } from '../../../shared/domain/fault.ts';
import { numberedId, type Store, type Stored } from '../../../shared/ports.ts';
import type { CommandPorts } from '../command-ports.ts';

/** Faults: `proposal_unknown`. */
export async function readProposal(store: Store, number: number): Promise<Result<Stored<Proposal>>> {
  const proposal = await store.read('proposal', numberedId(number));
  if (!proposal.ok) return proposal;
  return proposal.value === null ? fail({ code: 'proposal_unknown', proposal: number }) : ok(proposal.value);
}

/** Faults: `proposal_unknown`, `proposal_state`. */
export async function readOpenProposal(
  { store, clock, firstOwners }: CommandPorts,
  number: number,
  states: readonly ProposalState[],
): Promise<Result<Stored<Proposal>>> {
  const proposal = await readProposal(store, number);
  if (!proposal.ok) return proposal;
  const access = await store.read('access', 'current');
  if (!access.ok) return access;
  const now = new Date(clock()).toISOString();
  const state = proposalState(proposal.value.value, now, access.value?.value ?? null, firstOwners);
  return states.includes(state) ? proposal : fail({ code: 'proposal_state', proposal: number, state });
}
