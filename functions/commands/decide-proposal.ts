// Decides a proposal. A second person approves it, anybody who may change the policy rejects it, and anybody may make
// it again on what stands today.

import { readRoles } from '../../shared/domain/access/decide-access-change.ts';
import { readPolicy } from '../../shared/domain/changes/next-revision.ts';
import {
  type PolicyProposal,
  type Proposal,
  proposalState,
  type RolesProposal,
} from '../../shared/domain/changes/proposal.ts';
import { rebase } from '../../shared/domain/changes/rebase.ts';
import { type Actor, checkSecondPerson } from '../../shared/domain/changes/second-person.ts';
import { fail, ok, type Result } from '../../shared/domain/fault.ts';
import { numberedId, type Store, type Stored } from '../../shared/ports.ts';
import type { ChangeAccessPorts } from './change-access.ts';
import type { ChangePolicy } from './change-policy.ts';
import { readRevision } from './change-policy.ts';
import { changeRolesOfAccess, type RolesOutcome, type RolesRequest } from './change-roles.ts';
import type { CommandPorts } from './command-ports.ts';
import type { ChangeRequest, ChangeResult } from './policy-change.ts';
import { decided, decidedWrite, proposalDecided } from './policy-decisions.ts';
import { readMemberships } from './read-memberships.ts';
import { transact } from './transact.ts';

export interface ProposalPorts extends CommandPorts, ChangeAccessPorts {
  readonly changePolicy: ChangePolicy;
}

/** What became of the change that a proposal describes. */
export type ProposalOutcome =
  | { readonly kind: 'policy'; readonly result: ChangeResult }
  | { readonly kind: 'roles'; readonly result: RolesOutcome };

/** Faults: `proposal_unknown`, `proposal_state`, `second_person_needed`, and those of the change. */
export async function approveProposal(
  ports: ProposalPorts,
  number: number,
  approver: Actor,
  approvalNote: string | null,
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
  const request = { draft, expected, force, atOnce, restores: null, dryRun: false };
  return asPolicy(await ports.changePolicy({ ...request, ...author, approvedBy: approver.name, approvalNote }));
}

/**
 * Makes the change of a proposal again, to what stands today. It is a change of the caller, who can't approve it then.
 * Faults: `proposal_unknown`, `proposal_state`, `proposal_conflict`, and those of the change.
 */
export async function rebaseProposal(
  ports: ProposalPorts,
  number: number,
  author: Actor & Pick<RolesRequest, 'email'> & Pick<ChangeRequest, 'isOwner'>,
  note: string | null,
): Promise<Result<ProposalOutcome>> {
  const { store } = ports;
  const readOpen = () => readOpenProposal(ports, number, ['open', 'void']);
  const open = await readOpen();
  if (!open.ok) return open;
  const proposal = open.value.value;
  const change = { by: author.name, note: note ?? proposal.note, approvedBy: null, approvalNote: null };
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
  const request = { draft, expected: 'any', force, atOnce, isOwner, restores: null, dryRun: false } as const;
  return asPolicy(await ports.changePolicy({ ...request, ...change }));
}

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

/** Faults: `proposal_unknown`. */
export async function readProposal(store: Store, number: number): Promise<Result<Stored<Proposal>>> {
  const proposal = await store.read('proposal', numberedId(number));
  if (!proposal.ok) return proposal;
  return proposal.value === null ? fail({ code: 'proposal_unknown', proposal: number }) : ok(proposal.value);
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

async function readOpenProposal(
  { store, clock, firstOwners }: CommandPorts,
  number: number,
  states: readonly string[],
): Promise<Result<Stored<Proposal>>> {
  const proposal = await readProposal(store, number);
  if (!proposal.ok) return proposal;
  const access = await store.read('access', 'current');
  if (!access.ok) return access;
  const now = new Date(clock()).toISOString();
  const state = proposalState(proposal.value.value, now, access.value?.value ?? null, firstOwners);
  return states.includes(state) ? proposal : fail({ code: 'proposal_state', proposal: number, state });
}

function closing<P extends Proposal, As extends 'approved' | 'rebased'>(
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

function isPolicy(proposal: Stored<Proposal>): proposal is Stored<PolicyProposal> {
  return proposal.value.kind === 'policy';
}

function isRoles(proposal: Stored<Proposal>): proposal is Stored<RolesProposal> {
  return proposal.value.kind === 'roles';
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

function asPolicy(result: Result<ChangeResult>): Result<ProposalOutcome> {
  return result.ok ? ok({ kind: 'policy', result: result.value }) : result;
}

function asRoles(result: Result<RolesOutcome>): Result<ProposalOutcome> {
  return result.ok ? ok({ kind: 'roles', result: result.value }) : result;
}
