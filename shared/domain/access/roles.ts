// Roles: what a caller may do, and which one a person has. Without schemas, since every poll asks this.

import type { Roles } from './access.ts';

/** From the least to the most that a caller may do; each may do what those before it may. */
export const roles = ['machine', 'reader', 'editor', 'approver', 'owner'] as const;
export type Role = (typeof roles)[number];

export function isAtLeast(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed);
}

/**
 * The highest role that is bound to an address or to its domain; null for none. `firstOwners` are owners as long as no
 * other is bound, so that somebody can begin and nobody stays in by a forgotten setting.
 */
export function roleOf(email: string, bound: Roles | null, firstOwners: readonly string[]): Role | null {
  const domain = email.slice(email.lastIndexOf('@') + 1);
  const names = [`email:${email}`, `domain:${domain}`];
  const found = roles.filter((role) => bound?.[role].some((member) => names.includes(member)));
  const isFirstOwner = (bound?.owner ?? []).length === 0 && firstOwners.includes(email);
  return isFirstOwner ? 'owner' : (found.at(-1) ?? null);
}

/** Service accounts belong to projects, not to a hosted domain, and anybody on earth can make one. */
export function isServiceAccount(email: string): boolean {
  return email.endsWith('.gserviceaccount.com');
}
