// Empties the outbox: publishes events that were committed but not yet sent, in order, and takes each away once the bus
// has it. Called by whoever has just committed, and by the scheduled run for what a crash left behind. A crash between
// publishing and taking away repeats an event under the same id; none is lost.

import { type Fault, ok, type Result } from '../../shared/domain/fault.ts';
import type { Bus, Store } from '../../shared/ports.ts';

export interface Swept {
  readonly published: number;
  /** Subjects that wait for the next run, because one of their events could not be published. */
  readonly waiting: readonly string[];
  readonly fault: Fault | null;
}

export type Sweep = () => Promise<Result<Swept>>;

const pageSize = 100;

/** A sweep of which one runs at a time; asked for meanwhile, one more follows, which sees what was committed since. */
export function createSweep(store: Store, bus: Bus): Sweep {
  let running: Promise<Result<Swept>> | null = null;
  let next: Promise<Result<Swept>> | null = null;
  const run = (): Promise<Result<Swept>> => {
    next = null;
    running = sweepOutbox(store, bus).finally(() => {
      running = null;
    });
    return running;
  };
  return function sweep() {
    if (running === null) return run();
    next ??= running.then(run, run);
    return next;
  };
}

/** Faults only when the outbox can't be read; what can't be published stays and is told. */
async function sweepOutbox(store: Store, bus: Bus): Promise<Result<Swept>> {
  const waiting = new Set<string>();
  let published = 0;
  let fault: Fault | null = null;
  let after: string | undefined;
  for (;;) {
    const page = await store.list('outbox', {
      order: 'ascending',
      limit: pageSize,
      ...(after === undefined ? {} : { after }),
    });
    if (!page.ok) return page;
    for (const { id, value: event } of page.value) {
      after = id;
      // What follows in a subject must not overtake what could not be sent.
      if (waiting.has(event.subject)) continue;
      const sent = await bus.publish(event);
      const taken = sent.ok ? await store.commit([{ kind: 'outbox', id, remove: true }]) : sent;
      if (taken.ok) {
        published++;
      } else {
        fault = taken.fault;
        waiting.add(event.subject);
      }
    }
    if (page.value.length < pageSize) return ok({ published, waiting: [...waiting], fault });
  }
}
