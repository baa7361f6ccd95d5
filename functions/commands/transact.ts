// A transaction: reads what a decision needs, decides synchronously, and commits all writes together with their events.
// If another instance committed in between, it starts again. All changes of policy, access and rollouts use it, and each of
// them can be a dry run.

import type { NewEvent } from '../../shared/domain/events/event.ts';
import { ok, type Result } from '../../shared/domain/fault.ts';
import type { Store, Write } from '../../shared/ports.ts';
import { eventWrites } from './event-writes.ts';

export interface Decision<Outcome> {
  /** Each write names the version that it was decided on. Without writes nothing is committed. */
  readonly writes: readonly Write[];
  readonly newEvents: readonly NewEvent[];
  readonly outcome: Outcome;
}

export interface TransactOptions<Outcome> {
  /** Decide, and commit nothing. */
  readonly dryRun?: boolean;
  /** What follows a commit: caches get it, events are published. */
  readonly onCommitted?: (outcome: Outcome) => Promise<void>;
}

const maxAttempts = 8;

/**
 * The outcome of the decision. A dry run has the outcome of the same call without it, as of now.
 * Faults: those of `read` and `decide`, the store's, and `write_conflict` after the last attempt.
 */
export async function transact<Read, Outcome>(
  store: Store,
  read: () => Promise<Result<Read>>,
  decide: (current: Read) => Result<Decision<Outcome>>,
  { dryRun = false, onCommitted }: TransactOptions<Outcome> = {},
): Promise<Result<Outcome>> {
  for (let attempt = 1; ; attempt++) {
    const current = await read();
    if (!current.ok) return current;
    const decision = decide(current.value);
    if (!decision.ok) return decision;
    const { writes, newEvents, outcome } = decision.value;
    if (dryRun || writes.length === 0) return ok(outcome);
    const events = await eventWrites(store, newEvents);
    if (!events.ok) return events;
    const committed = await store.commit([...writes, ...events.value]);
    if (committed.ok) {
      await onCommitted?.(outcome);
      return ok(outcome);
    }
    if (committed.fault.code !== 'write_conflict' || attempt === maxAttempts) return committed;
  }
}
