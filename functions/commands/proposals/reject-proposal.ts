// Rejects a proposal. Anybody who may change the policy may do this.

import type { Proposal } from '../../../shared/domain/changes/proposal.ts';
import { ok, type Result } from '../../../shared/domain/fault.ts';
import type { CommandPorts } from '../command-ports.ts';
import { transact } from '../transact.ts';
import type { Decided } from './proposal-outcome.ts';
import { decided, decidedWrite, proposalDecided } from './proposal-writes.ts';
import { readOpenProposal } from './read-proposal.ts';

/** Faults: `proposal_unknown`, `proposal_state`. */
export function rejectProposal(
  ports: CommandPorts,
  number: number,
  by: string,
  { note, dryRun }: Decided,
): Promise<Result<Proposal>> {
  const { store, clock, afterCommit } = ports;
  return transact(
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
    { dryRun, onCommitted: afterCommit },
  );
}
