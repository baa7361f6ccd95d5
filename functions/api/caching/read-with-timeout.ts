// Store reads for caches that requests wait for: they have a time-out and never throw.

import { type Fault, fail, type Result } from '../../../shared/domain/fault.ts';
import { withTimeout } from '../../../shared/with-timeout.ts';

/** A store that hangs counts as one that fails: no request waits longer than this. */
const readTimeoutMs = 5_000;

export const storeTimedOut: Fault = { code: 'store_unavailable', detail: 'the store has not answered yet' };

/**
 * Faults: those of `read`, and `store_unavailable` after the time-out. An adapter that throws has a bug; polls go on
 * with the cached value, as when the store failed.
 */
export async function readWithTimeout<T>(read: () => Promise<Result<T>>, ms = readTimeoutMs): Promise<Result<T>> {
  try {
    return await withTimeout(read(), ms, () => fail(storeTimedOut));
  } catch (bug) {
    return fail({ code: 'store_unavailable', detail: bug instanceof Error ? bug.message : String(bug) });
  }
}
