// The ledger: who did what when, kept from the calls alone. It says what two people agreed to, and never asks the product.

import type { Roles } from '../../../../shared/domain/access/access.ts';
import type { Actor } from './actors.ts';

interface Entry {
  readonly by: Actor;
  /** The roles at that time. */
  readonly roles: Roles;
}

const ranks = ['machine', 'reader', 'editor', 'approver', 'owner'] as const;

export class Ledger {
  readonly #first = new Map<string, Entry[]>();

  /** Somebody asked for something: a proposal by its number, or an upgrade by its id. */
  asked(what: string, by: Actor, roles: Roles): void {
    this.#first.set(what, [...(this.#first.get(what) ?? []), { by, roles }]);
  }

  /** Whether two people agree, if this one approves what was asked for. */
  agree(what: string, second: Actor, roles: Roles): boolean {
    return (this.#first.get(what) ?? []).some(
      (first) =>
        second.isHuman &&
        second.name !== first.by.name &&
        rankOf(second, first.roles) >= ranks.indexOf('approver') &&
        rankOf(second, roles) >= ranks.indexOf('approver'),
    );
  }
}

/** The members who may do more than before. */
export function raisedMembers(before: Roles, after: Roles): readonly string[] {
  const members = ranks.flatMap((rank) => after[rank]);
  return [...new Set(members)].filter((member) => {
    const name = member.slice(member.indexOf(':') + 1);
    const address = member.startsWith('domain:') ? `@${name}` : name;
    return rankOfAddress(address, after) > rankOfAddress(address, before);
  });
}

function rankOf({ name, role }: Actor, roles: Roles): number {
  return role === null ? rankOfAddress(name, roles) : ranks.indexOf(role);
}

/** -1 for none. An address has the rank of its domain, too. */
function rankOfAddress(address: string, roles: Roles): number {
  const members = [`email:${address}`, `domain:${address.slice(address.indexOf('@') + 1)}`];
  return ranks.findLastIndex((rank) => members.some((member) => roles[rank].includes(member)));
}
