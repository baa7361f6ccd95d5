// The access cache: roles and fleet tokens as this instance knows them. A revoked token must be refused everywhere
// within 15 s, so a call waits for the store when the cached data is older. While the store can't be reached, the
// cached data stays in use: an outage must not lock out a fleet.

import type { Access } from '../../../shared/domain/access/access.ts';
import type { FleetToken } from '../../../shared/domain/access/fleet-token.ts';
import { isServiceAccount, type Role, roleOf } from '../../../shared/domain/access/roles.ts';
import { type Fault, fail, ok, type Result } from '../../../shared/domain/fault.ts';
import type { Clock, Store, Stored } from '../../../shared/ports.ts';
import { readWithTimeout, storeTimedOut } from '../caching/read-with-timeout.ts';

/** Roles and tokens, indexed for look-ups. It stays the same object until something changes. */
export interface AccessIndex {
  readonly number: number;
  /** By their SHA-256. */
  readonly tokens: ReadonlyMap<string, FleetToken>;
  /** Null for an address that has no role. */
  roleOf(email: string): Role | null;
}

export interface AccessCache {
  /** A promise when the call has to wait for the store. Faults: those of the store, while nothing is cached. */
  current(): Result<AccessIndex> | Promise<Result<AccessIndex>>;
  /** Sets what this instance has just committed. */
  set(access: Access): void;
}

/** From this age on, access is read again in the background. */
const reviewAfterMs = 10_000;
/** From this age on, calls wait for that read. */
export const maxAgeMs = 15_000;
/** After this time a store that has never answered is read again. */
const retryAfterMs = 1_000;

export function createAccessCache(
  store: Pick<Store, 'read'>,
  clock: Clock,
  firstOwners: readonly string[],
): AccessCache {
  let accessIndex: AccessIndex | null = null;
  let fault: Fault | null = null;
  /** When the last successful read began: `accessIndex` has everything that was committed before. */
  let asOf = Number.NEGATIVE_INFINITY;
  let readStartedAt = Number.NEGATIVE_INFINITY;
  let pendingRead: Promise<void> | null = null;

  function applyRead(read: Result<Stored<Access> | null>, startedAt: number): void {
    fault = read.ok ? null : read.fault;
    if (!read.ok) return;
    asOf = startedAt;
    apply(read.value?.value ?? null);
  }

  /** A read that began before this instance committed must not bring the older number back. */
  function apply(access: Access | null): void {
    const number = access?.revision.number ?? 0;
    if (accessIndex === null || number > accessIndex.number) accessIndex = indexAccess(access, firstOwners);
  }

  function startRead(now: number): void {
    readStartedAt = now;
    const accessRead = readWithTimeout(() => store.read('access', 'current')).then((read) => {
      // A newer read replaced this one, which was pending through an idle period and may be stale.
      if (pendingRead !== accessRead) return;
      pendingRead = null;
      applyRead(read, now);
    });
    pendingRead = accessRead;
  }

  function current(): Result<AccessIndex> | Promise<Result<AccessIndex>> {
    const now = clock();
    // Absolute, because a clock can be set back.
    const age = Math.abs(now - asOf);
    if (accessIndex !== null && age < reviewAfterMs) return ok(accessIndex);
    const sinceRead = Math.abs(now - readStartedAt);
    const mayRead =
      pendingRead === null && (fault === null || sinceRead >= (accessIndex === null ? retryAfterMs : reviewAfterMs));
    if (mayRead || sinceRead >= maxAgeMs) startRead(now);
    if (accessIndex !== null && (age < maxAgeMs || fault !== null)) return ok(accessIndex);
    if (pendingRead === null) return fail(fault ?? storeTimedOut);
    return pendingRead.then(() => (fault === null ? current() : resultOf(accessIndex, fault)));
  }

  return { current, set: apply };
}

function resultOf(accessIndex: AccessIndex | null, fault: Fault): Result<AccessIndex> {
  return accessIndex === null ? fail(fault) : ok(accessIndex);
}

function indexAccess(access: Access | null, firstOwners: readonly string[]): AccessIndex {
  const roles = access?.revision.roles ?? null;
  return {
    number: access?.revision.number ?? 0,
    tokens: new Map((access?.tokens ?? []).map((token) => [token.sha256, token])),
    // An account of a hosted domain is a machine at least. Service accounts are not checked for a domain.
    roleOf: (email) => roleOf(email, roles, firstOwners) ?? (isServiceAccount(email) ? null : 'machine'),
  };
}
