// A proposal: a change of the policy or of the roles that raises risk, and that waits for a second person.

import { z } from 'zod';
import { type Access, Roles } from '../access/access.ts';
import { isAtLeast, type Role, roleOf } from '../access/roles.ts';
import { storedConsequences } from '../consequences/cut-consequences.ts';
import { dayMs } from '../day.ts';
import { Policy } from '../policy/policy.ts';

const proposalFields = {
  number: z.int().positive(),
  /** `rebased`: a newer proposal replaces it. */
  state: z.enum(['open', 'approved', 'rejected', 'rebased']),
  by: z.string().min(1).max(320),
  at: z.iso.datetime(),
  /** From then on nobody can approve it. */
  expiresAt: z.iso.datetime(),
  note: z.string().max(500).nullable(),
  ...storedConsequences,
  /** The number of the access revision when it was made; 0 for none. */
  accessRevision: z.int().nonnegative(),
  decidedBy: z.string().min(1).max(320).nullable(),
  decidedAt: z.iso.datetime().nullable(),
  /** Why they decided so. */
  decidedNote: z.string().max(500).nullable(),
};

export const PolicyProposal = z.strictObject({
  kind: z.literal('policy'),
  ...proposalFields,
  policy: Policy,
  /** The number of the revision that the proposal changes. */
  base: z.int().nonnegative(),
  /** The author's reason to set a pin that is not known to be callable. */
  force: z.string().max(200).nullable(),
  /** The author's reason to move pins in one step although the policy has a schedule. */
  atOnce: z.string().max(200).nullable(),
});

export const RolesProposal = z.strictObject({
  kind: z.literal('roles'),
  ...proposalFields,
  roles: Roles,
});

/** The stored proposal. */
export const Proposal = z.discriminatedUnion('kind', [PolicyProposal, RolesProposal]);
export type Proposal = z.infer<typeof Proposal>;
export type PolicyProposal = z.infer<typeof PolicyProposal>;
export type RolesProposal = z.infer<typeof RolesProposal>;

/** A proposal is `void` when its author may not change anything any more. */
export type ProposalState = Proposal['state'] | 'expired' | 'void';

/** The life of a proposal: two weeks. */
export const proposalLifeMs = 14 * dayMs;

/** The state of a proposal at a time, by the current roles and tokens. `now` is ISO 8601, UTC. */
export function proposalState(
  { state, by, expiresAt }: Proposal,
  now: string,
  access: Access | null,
  firstOwners: readonly string[],
): ProposalState {
  if (state !== 'open') return state;
  if (now >= expiresAt) return 'expired';
  const role = authorRole(by, now, access, firstOwners);
  return role === null || !isAtLeast(role, 'editor') ? 'void' : 'open';
}

/** The role that an author has now. A token of the environment is valid while the service accepts it. */
function authorRole(by: string, now: string, access: Access | null, firstOwners: readonly string[]): Role | null {
  if (by.startsWith('token:')) {
    const token = access?.tokens.find(({ name }) => `token:${name}` === by);
    return token === undefined || token.revokedAt !== null || now >= token.expiresAt ? null : token.role;
  }
  return by.includes('@') ? roleOf(by, access?.revision.roles ?? null, firstOwners) : 'owner';
}
