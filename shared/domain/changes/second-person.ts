// The rule of the second person: if the policy requires it, a change that raises risk takes effect only when a second
// person approves it. Software can't be one, because whoever can make a credential could then approve alone.

import type { Roles } from '../access/access.ts';
import { isServiceAccount, roleOf } from '../access/roles.ts';
import { type Finding, fail, ok, type Result } from '../fault.ts';
import type { Policy } from '../policy/policy.ts';

/** The one who makes a call. */
export interface Actor {
  /** As the history shows it; for a person, the address. */
  readonly name: string;
  /** Whether a person signed in. False for service accounts, fleet tokens and the tokens of the environment. */
  readonly isPerson: boolean;
}

/** Who may do what at one time. */
export interface Membership {
  /** Null before the first change of roles. */
  readonly roles: Roles | null;
  /** Owners from the environment, while no role has an owner. */
  readonly firstOwners: readonly string[];
}

/** Who may do what now, and who might at the number of an earlier access revision. */
export interface Memberships {
  /** The number of the current access revision; 0 for none. */
  readonly accessRevision: number;
  readonly now: Membership;
  at(accessRevision: number): Membership;
}

/** Whether the policy has the rule; before the first policy it doesn't apply. */
export function needsSecondPerson(policy: Policy | null): boolean {
  return policy?.secondPerson === true;
}

/** The finding where the rule is switched on and no two people are named who could propose and approve. */
export function loneApproverFinding(before: Policy | null, after: Policy, membership: Membership): Finding | null {
  if (needsSecondPerson(before) || !needsSecondPerson(after)) return null;
  const count = countApprovers(membership);
  if (count > 1) return null;
  return {
    severity: 'warning',
    code: 'second_person_missing',
    path: '/secondPerson',
    message: `the roles name ${count === 0 ? 'nobody' : 'only one person'} who could approve, so nothing that raises risk could take effect without a broken glass`,
    fix: 'Give a second person the role approver first, by PUT /v1/access.',
  };
}

/** Infinite with a domain. Software can't approve. */
function countApprovers({ roles, firstOwners }: Membership): number {
  const owners = roles?.owner ?? [];
  const first = owners.length === 0 ? firstOwners.map((email) => `email:${email}`) : [];
  const members = new Set([...owners, ...(roles?.approver ?? []), ...first]);
  if ([...members].some((member) => member.startsWith('domain:'))) return Number.POSITIVE_INFINITY;
  return [...members].filter((member) => !isServiceAccount(member)).length;
}

/**
 * The approver must be another person than the author, and an approver since before the proposal was made: else an
 * owner alone could make an account, and approve with it. Faults: `second_person_needed`.
 */
export function checkSecondPerson(
  { by: proposedBy, accessRevision }: { readonly by: string; readonly accessRevision: number },
  approver: Actor,
  memberships: Memberships,
): Result<null> {
  if (!approver.isPerson) return fail({ code: 'second_person_needed', proposedBy, because: 'not_a_person' });
  if (approver.name === proposedBy) return fail({ code: 'second_person_needed', proposedBy, because: 'author' });
  if (!mayApprove(approver.name, memberships.at(accessRevision)))
    return fail({ code: 'second_person_needed', proposedBy, because: 'role_is_new' });
  if (!mayApprove(approver.name, memberships.now))
    return fail({ code: 'second_person_needed', proposedBy, because: 'role_is_gone' });
  return ok(null);
}

function mayApprove(email: string, { roles, firstOwners }: Membership): boolean {
  const role = roleOf(email, roles, firstOwners);
  return role === 'approver' || role === 'owner';
}
