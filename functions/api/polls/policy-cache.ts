// The snapshot: the published document as this instance knows it. Polls read it and never the store. It is revalidated at
// most every 15 s, by one read at a time, while polls go on with what is known; where no poll came just then, the next ones
// wait for the read, so that no machine is served what was replaced over 16 s before.

import type { Published } from '../../../shared/domain/documents.ts';
import type { Fault, Result } from '../../../shared/domain/fault.ts';
import { fail, ok } from '../../../shared/domain/fault.ts';
import type { Clock, Store, Stored } from '../../../shared/ports.ts';
import { readWithin, unanswered } from '../caching/read-within.ts';

export interface CachedPolicy {
  /** Null when no policy has been stated yet. */
  readonly published: Published | null;
  /** When the store last failed to answer, until it answers again (milliseconds); null when all is well. */
  readonly staleSince: number | null;
}

export interface PolicyCache {
  /** What is known: at once where it may be served as it is, else a promise. A fault only when nothing is known at all. */
  current(): Result<CachedPolicy> | Promise<Result<CachedPolicy>>;
  /** Takes what this instance has just committed, so that the next poll sees it. */
  set(published: Published): void;
  /** Milliseconds since the store last confirmed what is known; null before the first time. */
  age(): number | null;
}

export const revalidateAfterMs = 15_000;
/** How long polls go on with what is known while it is read anew. */
const graceMs = 1_000;
/** How soon a store that has never answered is asked again. */
const retryAfterMs = 1_000;

export function createPolicyCache(store: Pick<Store, 'read'>, clock: Clock): PolicyCache {
  let known: CachedPolicy | null = null;
  let fault: Fault | null = null;
  let confirmedAt = Number.NEGATIVE_INFINITY;
  let askedAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | null = null;
  /** From the first poll after a sleep until the store has answered. */
  let isWaking = false;

  function take(answer: Result<Stored<Published> | null>): void {
    const now = clock();
    if (answer.ok) {
      confirmedAt = now;
      const published = newer(known?.published ?? null, answer.value?.value ?? null);
      known =
        known !== null && known.published === published && known.staleSince === null
          ? known
          : { published, staleSince: null };
      return;
    }
    fault = answer.fault;
    if (known !== null && known.staleSince === null) known = { ...known, staleSince: now };
  }

  function revalidate(now: number): Promise<void> {
    askedAt = now;
    const mine = readWithin(() => store.read('published', 'current')).then(async (answer) => {
      // A read that the instance slept through says nothing about now; there is a newer one.
      if (asking !== mine) {
        await asking;
        return;
      }
      asking = null;
      isWaking = false;
      take(answer);
    });
    asking = mine;
    return mine;
  }

  return {
    current() {
      const now = clock();
      // The distance, since a clock can be set back.
      const sinceAsked = Math.abs(now - askedAt);
      if (known !== null && sinceAsked < revalidateAfterMs && !isWaking) return ok(known);
      if (fault !== null && known === null && sinceAsked < retryAfterMs) return fail(fault);
      const hasSlept = sinceAsked >= revalidateAfterMs + graceMs;
      const answered = asking === null || hasSlept ? revalidate(now) : asking;
      isWaking ||= hasSlept;
      if (known !== null && !isWaking) return ok(known);
      return answered.then(() => (known !== null ? ok(known) : fail(fault ?? unanswered)));
    },
    set(published) {
      known = { published: newer(known?.published ?? null, published), staleSince: known?.staleSince ?? null };
    },
    age: () => (confirmedAt === Number.NEGATIVE_INFINITY ? null : clock() - confirmedAt),
  };
}

/** A read that began before our own commit must not take the instance back to the older revision. */
function newer(a: Published | null, b: Published | null): Published | null {
  if (a === null || b === null) return a ?? b;
  return b.revision.number > a.revision.number ? b : a;
}
