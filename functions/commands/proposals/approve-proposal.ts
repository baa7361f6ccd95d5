// Approves a proposal: a second person makes its change take effect.

import type { Proposal } from '../../../shared/domain/changes/proposal.ts';
import { type Actor, checkSecondPerson } from '../../../shared/domain/changes/second-person.ts';
import { ok, type Result } from '../../../shared/domain/fault.ts';
import type { Stored } from '../../../shared/ports.ts';
import { changeRolesOfAccess } from '../change-roles.ts';
import type { CommandPorts } from '../command-ports.ts';
import { readMemberships } from '../read-memberships.ts';
import {
  asPolicy,
  asRoles,
  closing,
  type Decided,
  isPolicy,
  isRoles,
  type ProposalOutcome,
  type ProposalPorts,
} from './proposal-outcome.ts';
import { readOpenProposal } from './read-proposal.ts';

/** Faults: `proposal_unknown`, `proposal_state`, `second_person_needed`, and those of the change. */
export async function approveProposal(
  ports: ProposalPorts,
  number: number,
  approver: Actor,
  { note: approvalNote, dryRun }: Decided,
): Promise<Result<ProposalOutcome>> {
  // Read again for each attempt: somebody else may have decided it meanwhile, or have lost a role.
  const readAllowed = () => readForApproval(ports, number, approver);
  const allowed = await readAllowed();
  if (!allowed.ok) return allowed;
  const { value } = allowed.value;
  const { by, note } = value;
  if (value.kind === 'roles') {
    const closes = closing(readAllowed, isRoles, 'approved');
    const { roles, accessRevision: expected } = value;
    return asRoles(
      await changeRolesOfAccess(ports, {
        roles,
        expected,
        by,
        email: null,
        note,
        closes,
        approvedBy: approver.name,
        approvalNote,
        dryRun,
      }),
    );
  }
  const { policy, base: expected, force, atOnce } = value;
  const closes = closing(readAllowed, isPolicy, 'approved');
  const draft = async () => {
    const closed = await closes();
    return closed.ok ? ok({ policy, closes: closed.value }) : closed;
  };
  // Whether its author may write a managed policy was checked when they proposed.
  const author = { by, isOwner: true, note };
  const request = { draft, expected, force, atOnce, restores: null, dryRun };
  return asPolicy(await ports.changePolicy({ ...request, ...author, approvedBy: approver.name, approvalNote }));
}

async function readForApproval(
  ports: CommandPorts,
  number: number,
  approver: Actor,
): Promise<Result<Stored<Proposal>>> {
  const proposal = await readOpenProposal(ports, number, ['open']);
  if (!proposal.ok) return proposal;
  const memberships = await readMemberships(ports, [proposal.value.value.accessRevision]);
  if (!memberships.ok) return memberships;
  const checked = checkSecondPerson(proposal.value.value, approver, memberships.value);
  return checked.ok ? proposal : checked;
}
