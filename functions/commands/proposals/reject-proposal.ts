// Rejects a proposal. Anybody who may change the policy may do this.

import type { Proposal } from '../../../shared/domain/changes/proposal.ts';
import { ok, type Result } from '../../../shared/domain/fault.ts';
import type { CommandPorts } from '../command-ports.ts';
import { transact } from '../transact.ts';
import { decided, decidedWrite, proposalDecided } from './proposal-writes.ts';
import { readOpenProposal } from './read-proposal.ts';

/** Faults: `proposal_unknown`, `proposal_state`. */
export async function rejectProposal(
  ports: CommandPorts,
  number: number,
  by: string,
  note: string | null,
): Promise<Result<Proposal>> {
  const { store, clock, afterCommit } = ports;
  const rejected = await transact(
    store,
    () => readOpenProposal(ports, number, ['open', 'void', 'expired']),
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
