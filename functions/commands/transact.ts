// A transaction: the one way in which Pinward changes its store. It reads what a decision needs, decides without waiting for
// anything, and commits all writes together with their events. If another instance committed in between, it starts again.

import type { NewEvent } from '../../shared/domain/events/event.ts';
import { ok, type Result } from '../../shared/domain/fault.ts';
import type { Store, Write } from '../../shared/ports.ts';
import { eventWrites } from './event-writes.ts';

export interface Decision<Outcome> {
  /** Each write states the version that it was decided on. Nothing is committed where there are none. */
  readonly writes: readonly Write[];
  readonly newEvents: readonly NewEvent[];
  readonly outcome: Outcome;
}

const maxAttempts = 8;

/** Faults: those of `read` and `decide`, the store's, and `write_conflict` after the last attempt. */
export async function transact<Read, Outcome>(
  store: Store,
  read: () => Promise<Result<Read>>,
  decide: (current: Read) => Result<Decision<Outcome>>,
): Promise<Result<Outcome>> {
  for (let attempt = 1; ; attempt++) {
    const current = await read();
    if (!current.ok) return current;
    const decision = decide(current.value);
    if (!decision.ok) return decision;
    const { writes, newEvents, outcome } = decision.value;
    if (writes.length === 0) return ok(outcome);
    const events = await eventWrites(store, newEvents);
    if (!events.ok) return events;
    const committed = await store.commit([...writes, ...events.value]);
    if (committed.ok) return ok(outcome);
    if (committed.fault.code !== 'write_conflict' || attempt === maxAttempts) return committed;
  }
}
