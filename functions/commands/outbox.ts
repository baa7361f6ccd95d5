// Sweeps the outbox: publishes committed events in order, and removes each one after the bus accepted it. A sweep runs
// after each commit, and by schedule for events that a crash left behind. A crash between publishing and removing
// repeats an event under the same id. No event is lost.

import { type Fault, ok, type Result } from '../../shared/domain/fault.ts';
import type { Bus, Store } from '../../shared/ports.ts';

export interface Swept {
  readonly published: number;
  /** Subjects that wait for the next sweep, because one of their events couldn't be published. */
  readonly waiting: readonly string[];
  readonly fault: Fault | null;
}

export type Sweep = () => Promise<Result<Swept>>;

const pageSize = 100;

/** One sweep runs at a time. Calls meanwhile share one further sweep, which sees what was committed since. */
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

/** Fails only when the outbox can't be read. An event that can't be published stays; `fault` says why. */
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
      // Later events of a subject must not overtake one that wasn't published.
      if (waiting.has(event.subject)) continue;
      const sent = await bus.publish(event);
      const removed = sent.ok ? await store.commit([{ kind: 'outbox', id, remove: true }]) : sent;
      if (removed.ok) {
        published++;
      } else {
        fault = removed.fault;
        waiting.add(event.subject);
      }
    }
    if (page.value.length < pageSize) return ok({ published, waiting: [...waiting], fault });
  }
}
