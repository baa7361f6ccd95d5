// Roles: what a caller may do, and the role of a person. Without schemas: the poll path imports this file.

import type { Roles } from './access.ts';

/** From the lowest to the highest. Each role includes the rights of those before it. */
export const roles = ['machine', 'reader', 'editor', 'approver', 'owner'] as const;
/** One of the five roles. */
export type Role = (typeof roles)[number];

export function isAtLeast(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed);
}

/**
 * The highest role of an address or of its domain; null for none. `firstOwners` come from the environment. They are
 * owners only while the roles have no owner, so a forgotten setting gives nobody access.
 */
export function roleOf(email: string, members: Roles | null, firstOwners: readonly string[]): Role | null {
  const domain = email.slice(email.lastIndexOf('@') + 1);
  const names = [`email:${email}`, `domain:${domain}`];
  const found = roles.filter((role) => members?.[role].some((member) => names.includes(member)));
  const isFirstOwner = (members?.owner ?? []).length === 0 && firstOwners.includes(email);
  return isFirstOwner ? 'owner' : (found.at(-1) ?? null);
}

/** Whether an address is that of a service account. Anybody can create one, and none belongs to a mail domain. */
export function isServiceAccount(email: string): boolean {
  return email.endsWith('.gserviceaccount.com');
}
