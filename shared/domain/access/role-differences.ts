// Differences in roles: for each member, the role before and after a change. Whoever may do more raises risk.

import type { Roles } from './access.ts';
import { isAtLeast, type Role, roleOf } from './roles.ts';

export interface RoleDifference {
  /** Such as `email:ada@example.com`. */
  readonly member: string;
  /** Null for none. */
  readonly from: Role | null;
  readonly to: Role | null;
  readonly raises: boolean;
}

/** The members whose highest role differs. `before` is null before the first change of roles. */
export function roleDifferences(before: Roles | null, after: Roles): readonly RoleDifference[] {
  const members = new Set([before, after].flatMap((roles) => (roles === null ? [] : Object.values(roles).flat())));
  return [...members].flatMap((member) => {
    const [from, to] = [roleOfMember(member, before), roleOfMember(member, after)];
    if (from === to) return [];
    return [{ member, from, to, raises: to !== null && (from === null || !isAtLeast(from, to)) }];
  });
}

/** A domain's own role; for an address the higher one of its own and its domain's. */
function roleOfMember(member: string, roles: Roles | null): Role | null {
  const [kind, name = ''] = member.split(':');
  return roleOf(kind === 'email' ? name : `@${name}`, roles, []);
}
