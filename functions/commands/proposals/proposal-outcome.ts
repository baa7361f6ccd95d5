// What deciding a proposal needs, and what becomes of the change that it describes.

import type { PolicyProposal, Proposal, RolesProposal } from '../../../shared/domain/changes/proposal.ts';
import { ok, type Result } from '../../../shared/domain/fault.ts';
import type { Stored } from '../../../shared/ports.ts';
import type { ChangeAccessPorts } from '../change-access.ts';
import type { RolesOutcome } from '../change-roles.ts';
import type { CommandPorts } from '../command-ports.ts';
import type { ChangePolicy } from '../policy/change-policy.ts';
import type { ChangeResult } from '../policy/policy-change.ts';

export interface ProposalPorts extends CommandPorts, ChangeAccessPorts {
  readonly changePolicy: ChangePolicy;
}

/** How somebody decides a proposal. */
export interface Decided {
  readonly note: string | null;
  readonly dryRun: boolean;
}

/** What became of the change that a proposal describes. */
export type ProposalOutcome =
  | { readonly kind: 'policy'; readonly result: ChangeResult }
  | { readonly kind: 'roles'; readonly result: RolesOutcome };

/** Reads a proposal again for each attempt of the change that closes it. */
export function closing<P extends Proposal, As extends 'approved' | 'rebased'>(
  read: () => Promise<Result<Stored<Proposal>>>,
  isKind: (proposal: Stored<Proposal>) => proposal is Stored<P>,
  as: As,
): () => Promise<Result<{ readonly proposal: Stored<P>; readonly as: As }>> {
  return async () => {
    const proposal = await read();
    if (!proposal.ok) return proposal;
    if (!isKind(proposal.value)) throw new Error(`proposal ${proposal.value.id} changed its kind`);
    return ok({ proposal: proposal.value, as });
  };
}

export function isPolicy(proposal: Stored<Proposal>): proposal is Stored<PolicyProposal> {
  return proposal.value.kind === 'policy';
}

export function isRoles(proposal: Stored<Proposal>): proposal is Stored<RolesProposal> {
  return proposal.value.kind === 'roles';
}

export function asPolicy(result: Result<ChangeResult>): Result<ProposalOutcome> {
  return result.ok ? ok({ kind: 'policy', result: result.value }) : result;
}

export function asRoles(result: Result<RolesOutcome>): Result<ProposalOutcome> {
  return result.ok ? ok({ kind: 'roles', result: result.value }) : result;
}
