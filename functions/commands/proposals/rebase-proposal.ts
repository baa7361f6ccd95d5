// Rebases a proposal: makes its change again, to what stands today.

import { readRoles } from '../../../shared/domain/access/decide-access-change.ts';
import { readPolicy } from '../../../shared/domain/changes/next-revision.ts';
import type { RolesProposal } from '../../../shared/domain/changes/proposal.ts';
import { rebase } from '../../../shared/domain/changes/rebase.ts';
import type { Actor } from '../../../shared/domain/changes/second-person.ts';
import { fail, ok, type Result } from '../../../shared/domain/fault.ts';
import { numberedId, type Store } from '../../../shared/ports.ts';
import { changeRolesOfAccess, type RolesRequest } from '../change-roles.ts';
import { type ChangePolicy, readRevision } from '../policy/change-policy.ts';
import type { ChangeRequest } from '../policy/policy-change.ts';
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

/**
 * Makes the change of a proposal again, to what stands today. It is a change of the caller, who can't approve it then.
 * Faults: `proposal_unknown`, `proposal_state`, `proposal_conflict`, and those of the change.
 */
export async function rebaseProposal(
  ports: ProposalPorts,
  number: number,
  author: Actor & Pick<RolesRequest, 'email'> & Pick<ChangeRequest, 'isOwner'>,
  { note, dryRun }: Decided,
): Promise<Result<ProposalOutcome>> {
  const { store } = ports;
  const readOpen = () => readOpenProposal(ports, number, ['open', 'void']);
  const open = await readOpen();
  if (!open.ok) return open;
  const proposal = open.value.value;
  const change = { by: author.name, note: note ?? proposal.note, approvedBy: null, approvalNote: null, dryRun };
  if (proposal.kind === 'roles') {
    const merged = await rebasedRoles(store, proposal);
    if (!merged.ok) return merged;
    const closes = closing(readOpen, isRoles, 'rebased');
    const { expected, roles } = merged.value;
    return asRoles(await changeRolesOfAccess(ports, { roles, expected, email: author.email, closes, ...change }));
  }
  const closes = closing(readOpen, isPolicy, 'rebased');
  const draft: Parameters<ChangePolicy>[0]['draft'] = async (current) => {
    const base = await readRevision(store, proposal.base, current);
    if (!base.ok) return base;
    const merged = rebase(base.value.policy, proposal.policy, current?.policy);
    if (!merged.ok) return fail({ code: 'proposal_conflict', proposal: number, paths: merged.conflicts });
    const policy = readPolicy(merged.value);
    if (!policy.ok) return policy;
    const closed = await closes();
    return closed.ok ? ok({ policy: policy.value, closes: closed.value }) : closed;
  };
  const { force, atOnce } = proposal;
  const { isOwner } = author;
  const request = { draft, expected: 'any', force, atOnce, isOwner, restores: null } as const;
  return asPolicy(await ports.changePolicy({ ...request, ...change }));
}

async function rebasedRoles(store: Store, { number, roles, accessRevision }: RolesProposal) {
  const access = await store.read('access', 'current');
  if (!access.ok) return access;
  const base = accessRevision === 0 ? ok(null) : await store.read('accessRevision', numberedId(accessRevision));
  if (!base.ok) return base;
  const current = access.value?.value.revision;
  const merged = rebase(base.value?.value.roles, roles, current?.roles);
  if (!merged.ok) return fail({ code: 'proposal_conflict', proposal: number, paths: merged.conflicts });
  const read = readRoles(merged.value);
  return read.ok ? ok({ roles: read.value, expected: current?.number ?? 0 }) : read;
}
