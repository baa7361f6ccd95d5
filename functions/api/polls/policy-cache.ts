// The policy cache: the published policy as this instance knows it. Polls read it and never the store. It is
// revalidated every 15 s in the background, by one read at a time. After an idle period, polls wait for that read.
// While the store can be reached, no response is made from a policy that was replaced more than 16 s ago.

import type { Published } from '../../../shared/domain/documents.ts';
import type { Fault, Result } from '../../../shared/domain/fault.ts';
import { fail, ok } from '../../../shared/domain/fault.ts';
import type { Clock, Store, Stored } from '../../../shared/ports.ts';
import { readWithTimeout, storeTimedOut } from '../caching/read-with-timeout.ts';

export interface CachedPolicy {
  /** Null before the first policy is published. */
  readonly published: Published | null;
  /** Since when the store has failed to answer (milliseconds); null while it answers. */
  readonly staleSince: number | null;
}

export interface PolicyCache {
  /**
   * Returns at once while the cached policy may be served, else a promise. Faults, only while nothing is cached: the
   * store's.
   */
  current(): Result<CachedPolicy> | Promise<Result<CachedPolicy>>;
  /** Sets what this instance has just committed, for its next poll. */
  set(published: Published): void;
  /** What is cached, whatever its age, without a look at the store; null when nothing is. */
  peek(): CachedPolicy | null;
  /** Milliseconds since the store last confirmed the cached policy; null before the first time. */
  age(): number | null;
}

export const revalidateAfterMs = 15_000;
/** How long polls get the cached policy while it is revalidated. */
const graceMs = 1_000;
/** After this time a store that has never answered is read again. */
const retryAfterMs = 1_000;

export function createPolicyCache(store: Pick<Store, 'read'>, clock: Clock): PolicyCache {
  let cached: CachedPolicy | null = null;
  let fault: Fault | null = null;
  let confirmedAt = Number.NEGATIVE_INFINITY;
  let readStartedAt = Number.NEGATIVE_INFINITY;
  let pendingRead: Promise<void> | null = null;
  /** True from the first poll after an idle period until the store has answered: polls wait. */
  let isAfterIdle = false;

  function apply(read: Result<Stored<Published> | null>): void {
    const now = clock();
    if (read.ok) {
      confirmedAt = now;
      const published = newer(cached?.published ?? null, read.value?.value ?? null);
      cached =
        cached !== null && cached.published === published && cached.staleSince === null
          ? cached
          : { published, staleSince: null };
      return;
    }
    fault = read.fault;
    if (cached !== null && cached.staleSince === null) cached = { ...cached, staleSince: now };
  }

  function revalidate(now: number): Promise<void> {
    readStartedAt = now;
    const revalidation = readWithTimeout(() => store.read('published', 'current')).then(async (read) => {
      // A newer read replaced this one, which was pending through an idle period and may be stale.
      if (pendingRead !== revalidation) {
        await pendingRead;
        return;
      }
      pendingRead = null;
      isAfterIdle = false;
      apply(read);
    });
    pendingRead = revalidation;
    return revalidation;
  }

  return {
    current() {
      const now = clock();
      // Absolute, because a clock can be set back.
      const sinceRead = Math.abs(now - readStartedAt);
      if (cached !== null && sinceRead < revalidateAfterMs && !isAfterIdle) return ok(cached);
      if (fault !== null && cached === null && sinceRead < retryAfterMs) return fail(fault);
      const wasIdle = sinceRead >= revalidateAfterMs + graceMs;
      const revalidated = pendingRead === null || wasIdle ? revalidate(now) : pendingRead;
      isAfterIdle ||= wasIdle;
      if (cached !== null && !isAfterIdle) return ok(cached);
      return revalidated.then(() => (cached !== null ? ok(cached) : fail(fault ?? storeTimedOut)));
    },
    set(published) {
      cached = { published: newer(cached?.published ?? null, published), staleSince: cached?.staleSince ?? null };
    },
    peek: () => cached,
    age: () => (confirmedAt === Number.NEGATIVE_INFINITY ? null : clock() - confirmedAt),
  };
}

/** A read that began before this instance committed must not bring the older revision back. */
function newer(a: Published | null, b: Published | null): Published | null {
  if (a === null || b === null) return a ?? b;
  return b.revision.number > a.revision.number ? b : a;
}
