// Roles and fleet tokens as this instance knows them. Stricter than the snapshot of the policy: what was revoked must be
// refused everywhere within 15 s, so knowledge older than that waits for the store. While the store can't be reached, the
// last known goes on: an outage must not lock out a fleet.

import type { Access } from '../../../shared/domain/access/access.ts';
import type { FleetToken } from '../../../shared/domain/access/fleet-token.ts';
import { isServiceAccount, type Role, roleOf } from '../../../shared/domain/access/roles.ts';
import { type Fault, fail, ok, type Result } from '../../../shared/domain/fault.ts';
import type { Clock, Store, Stored } from '../../../shared/ports.ts';
import { readWithin, unanswered } from '../caching/read-within.ts';

/** Access, made ready to be asked. The same object as long as nothing changes. */
export interface AccessIndex {
  readonly number: number;
  /** By their SHA-256. */
  readonly tokens: ReadonlyMap<string, FleetToken>;
  /** Null for whom nobody gave a role. */
  roleOf(email: string): Role | null;
}

export interface AccessCache {
  current(): Result<AccessIndex> | Promise<Result<AccessIndex>>;
  set(access: Access): void;
}

/** From then on it is asked anew, while what is known goes on ... */
const reviewAfterMs = 10_000;
/** ... until then. */
export const trustForMs = 15_000;
/** How soon a store that has never answered is asked again. */
const retryAfterMs = 1_000;

export function createAccessCache(
  store: Pick<Store, 'read'>,
  clock: Clock,
  firstOwners: readonly string[],
): AccessCache {
  let accessIndex: AccessIndex | null = null;
  let fault: Fault | null = null;
  /** When the read began that `accessIndex` is from: what was committed before that is in it. */
  let asOf = Number.NEGATIVE_INFINITY;
  let askedAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | null = null;

  function take(answer: Result<Stored<Access> | null>, began: number): void {
    fault = answer.ok ? null : answer.fault;
    if (!answer.ok) return;
    asOf = began;
    learn(answer.value?.value ?? null);
  }

  /** A read that began before our own commit must not take the instance back to what stood before it. */
  function learn(access: Access | null): void {
    const number = access?.revision.number ?? 0;
    if (accessIndex === null || number > accessIndex.number) accessIndex = indexAccess(access, firstOwners);
  }

  function ask(now: number): void {
    askedAt = now;
    const mine = readWithin(() => store.read('access', 'current')).then((answer) => {
      // A read that the instance slept through says nothing about now; there is a newer one.
      if (asking !== mine) return;
      asking = null;
      take(answer, now);
    });
    asking = mine;
  }

  function current(): Result<AccessIndex> | Promise<Result<AccessIndex>> {
    const now = clock();
    // The distance, since a clock can be set back.
    const age = Math.abs(now - asOf);
    if (accessIndex !== null && age < reviewAfterMs) return ok(accessIndex);
    const sinceAsked = Math.abs(now - askedAt);
    const mayAsk =
      asking === null && (fault === null || sinceAsked >= (accessIndex === null ? retryAfterMs : reviewAfterMs));
    if (mayAsk || sinceAsked >= trustForMs) ask(now);
    if (accessIndex !== null && (age < trustForMs || fault !== null)) return ok(accessIndex);
    if (asking === null) return fail(fault ?? unanswered);
    return asking.then(() => (fault === null ? current() : answerOf(accessIndex, fault)));
  }

  return { current, set: learn };
}

function answerOf(accessIndex: AccessIndex | null, fault: Fault): Result<AccessIndex> {
  return accessIndex === null ? fail(fault) : ok(accessIndex);
}

function indexAccess(access: Access | null, firstOwners: readonly string[]): AccessIndex {
  const roles = access?.revision.roles ?? null;
  return {
    number: access?.revision.number ?? 0,
    tokens: new Map((access?.tokens ?? []).map((token) => [token.sha256, token])),
    // Whoever got through the check of hosted domains belongs to the house, and may see the pins of a machine.
    roleOf: (email) => roleOf(email, roles, firstOwners) ?? (isServiceAccount(email) ? null : 'machine'),
  };
}
