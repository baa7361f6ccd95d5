// Reads who had which role when: now, and at the numbers of access at which proposals were made.

import type { Access } from '../../shared/domain/access/access.ts';
import type { Membership, Memberships } from '../../shared/domain/changes/second-person.ts';
import { ok, type Result } from '../../shared/domain/fault.ts';
import { numberedId, type Stored } from '../../shared/ports.ts';
import type { CommandPorts } from './command-ports.ts';

export interface CurrentAccess extends Memberships {
  readonly stored: Stored<Access> | null;
}

/** `numbers` are those of access revisions; 0 is the time before the first one. Faults: those of the store. */
export async function readMemberships(
  { store, firstOwners }: Pick<CommandPorts, 'store' | 'firstOwners'>,
  numbers: readonly number[],
): Promise<Result<CurrentAccess>> {
  const stored = await store.read('access', 'current');
  if (!stored.ok) return stored;
  const revision = stored.value?.value.revision ?? null;
  const then = new Map<number, Membership>([[0, { roles: null, firstOwners }]]);
  for (const number of new Set(numbers)) {
    if (number === 0) continue;
    const read = await store.read('accessRevision', numberedId(number));
    if (!read.ok) return read;
    if (read.value !== null) then.set(number, { roles: read.value.value.roles, firstOwners });
  }
  return ok({
    stored: stored.value,
    accessRevision: revision?.number ?? 0,
    now: { roles: revision?.roles ?? null, firstOwners },
    // Nobody had a role at a number that isn't in the store.
    at: (number) => then.get(number) ?? { roles: null, firstOwners: [] },
  });
}
