// Reads the store for a cache that calls wait for: within a bound, and without ever throwing.

import { type Fault, fail, type Result } from '../../../shared/domain/fault.ts';
import { withTimeout } from '../../../shared/with-timeout.ts';

/** A store that hangs is as good as one that fails: no call waits longer than this. */
const withinMs = 5_000;

export const unanswered: Fault = { code: 'store_unavailable', detail: 'the store has not answered yet' };

/** An adapter that throws has a bug. To a poll it is a store that failed, for polls go on whatever happens. */
export async function readWithin<T>(read: () => Promise<Result<T>>): Promise<Result<T>> {
  try {
    return await withTimeout(read(), withinMs, () => fail(unanswered));
  } catch (bug) {
    return fail({ code: 'store_unavailable', detail: bug instanceof Error ? bug.message : String(bug) });
  }
}
