// A change of access: read what stands, decide purely (amend-access), commit document, history and event in one go. The only
// code that writes it. Another instance's change shows as a conflict and makes this one decide again.

import { type Access, type AccessRevision, noRoles } from '../../shared/domain/access/access.ts';
import { type AccessChange, membersAdded } from '../../shared/domain/access/decide-access-change.ts';
import type { NewEvent } from '../../shared/domain/events/event.ts';
import { ok, type Result } from '../../shared/domain/fault.ts';
import { type Clock, expectOf, numberedId, type Store } from '../../shared/ports.ts';
import type { Authenticator } from '../api/auth/authenticator.ts';
import { eventWrites } from './event-writes.ts';

export interface ChangeAccessPorts {
  readonly store: Store;
  readonly authenticator: Pick<Authenticator, 'adopt'>;
  readonly clock: Clock;
  readonly afterCommit: () => Promise<void>;
}

export interface AccessChangeRequest {
  readonly by: string;
  readonly note: string | null;
  /** What should stand, or null if it does. */
  readonly decide: (change: AccessChange) => Result<Access | null>;
}

export interface AccessOutcome {
  /** What stands now; null while nothing was ever stated. */
  readonly access: Access | null;
  readonly changed: boolean;
}

export type ChangeAccess = (request: AccessChangeRequest) => Promise<Result<AccessOutcome>>;

/** How often a change is tried again when another one got in between. */
const maxAttempts = 8;

export function createChangeAccess(ports: ChangeAccessPorts): ChangeAccess {
  return (request) => tryChange(ports, request, 1);
}

async function tryChange(
  ports: ChangeAccessPorts,
  request: AccessChangeRequest,
  attempt: number,
): Promise<Result<AccessOutcome>> {
  const { store, authenticator, clock, afterCommit } = ports;
  const { by, note, decide } = request;
  const read = await store.read('access', 'current');
  if (!read.ok) return read;
  const current = read.value?.value ?? null;
  const decided = decide({ current, by, now: clock(), note });
  if (!decided.ok) return decided;
  const access = decided.value;
  if (access === null) return ok({ access: current, changed: false });

  const { revision } = access;
  const recorded = await eventWrites(store, [eventOf(current, revision)]);
  if (!recorded.ok) return recorded;
  const committed = await store.commit([
    { kind: 'access', id: 'current', expect: expectOf(read.value), value: access },
    { kind: 'accessRevision', id: numberedId(revision.number), expect: 'absent', value: revision },
    ...recorded.value,
  ]);
  if (committed.ok) {
    authenticator.adopt(access);
    await afterCommit();
    return ok({ access, changed: true });
  }
  const isContended = committed.fault.code === 'write_conflict' && attempt < maxAttempts;
  return isContended ? tryChange(ports, request, attempt + 1) : committed;
}

function eventOf(before: Access | null, { number, roles, by, at, note, issued, revoked }: AccessRevision): NewEvent {
  const former = before?.revision.roles ?? noRoles;
  const granted = [...membersAdded(former, roles)];
  const withdrawn = [...membersAdded(roles, former)];
  const data = { number, note, granted, withdrawn, issued, revoked };
  return { id: `AccessChanged.access.${number}`, kind: 'AccessChanged', subject: 'access', at, by, data };
}
