// Adoption: how many machines were served which revision, and what they report. A poll only leaves a name here; once a minute
// at most, names become sketches and are merged into the store: one document for each stretch of time and one for each
// revision, whatever the number of machines and instances. What can't be written waits for the next minute.

import type { Result } from '../../shared/domain/fault.ts';
import { type AdoptionCounts, windowMs } from '../../shared/domain/serving/adoption.ts';
import type { Clock, Store } from '../../shared/ports.ts';
import type { Log } from '../log.ts';
import { describeBug } from '../log.ts';
import type { Aggregator, CountBuffer, CountKind } from './aggregator.ts';

export interface Adoption {
  /** Called by every answered poll. `counters`: `held FAMILY` and `reached ROLLOUT`, each counted, too. */
  polled(machine: string, revision: number, ring: string, counters: readonly string[]): void;
  /** A machine's word on a revision. */
  reported(machine: string, revision: number, outcome: 'applied' | 'failed'): void;
  /** Writes what was gathered since the last flush; never throws. */
  flush(): Promise<void>;
}

interface AdoptionPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
}

export const flushEveryMs = 60_000;
/** So many names at once become sketches before their minute is over. */
const flushAtSize = 20_000;
/** Names beyond are lost: a machine comes again. Reached only when the sketches can't keep up. */
const maxBuffered = 100_000;
/** Stretches, revisions, and what machines have in common: more of them in a minute are no fleet's doing. */
const maxKeys = 300;

/** Where the latest poll was counted. */
interface Last {
  readonly batch: CountBuffer | null;
  readonly window: number;
  readonly revision: number;
  readonly ring: string;
  readonly machines: Set<string> | null;
}

export function createAdoption({ store, clock, log }: AdoptionPorts): Adoption {
  let buffered = nothing();
  let size = 0;
  let aggregator: Aggregator | null = null;
  /** When it was last tried, or the first poll; null before it. */
  let flushedAt: number | null = null;
  let turn: Promise<void> = Promise.resolve();
  let isFlushing = false;
  let timer: NodeJS.Timeout | null = null;
  let last: Last = { batch: null, window: 0, revision: 0, ring: '', machines: null };

  function machinesOf(kind: CountKind, number: number, counterName: string): Set<string> | null {
    const byCommon = entryOf(buffered[kind], number, () => new Map<string, Set<string>>());
    return byCommon === null ? null : entryOf(byCommon, counterName, () => new Set<string>());
  }

  function note(machines: Set<string> | null, machine: string): void {
    if (machines === null || size >= maxBuffered || machines.has(machine)) return;
    machines.add(machine);
    size += 1;
  }

  /** On Cloud Run timers stand still between requests, so the next poll flushes what is due; elsewhere the timer does. */
  function flushWhenDue(now: number): void {
    if (isFlushing) return;
    flushedAt ??= now;
    // The distance, since a clock can be set back.
    const isDue = Math.abs(now - flushedAt) >= flushEveryMs;
    if (isDue || size >= flushAtSize) begin(isDue);
    else timer ??= setTimeout(() => begin(true), flushEveryMs).unref();
  }

  function begin(writes: boolean): Promise<void> {
    isFlushing = true;
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const mine = turn.then(() => settle(writes));
    turn = mine;
    return mine.then(() => {
      if (turn === mine) isFlushing = false;
    });
  }

  async function settle(writes: boolean): Promise<void> {
    try {
      if (size === 0 && aggregator === null) return;
      aggregator ??= (await import('./aggregator.ts')).createAggregator(store);
      const batch = buffered;
      buffered = nothing();
      size = 0;
      await aggregator.add(batch);
      if (!writes) return;
      flushedAt = clock();
      const written = await aggregator.write();
      if (!written.ok) log.warn('adoption not written', { fault: written.fault.code });
    } catch (error) {
      // Were it kept, the next flush would meet the same bug.
      aggregator = null;
      log.error('bug', { error: describeBug(error) });
    }
  }

  return {
    polled(machine, revision, ring, counters) {
      const now = clock();
      const window = Math.floor(now / windowMs);
      // One poll is much like the one before it.
      if (last.batch !== buffered || last.window !== window || last.revision !== revision || last.ring !== ring) {
        const machines = machinesOf('pollCount', window, `served ${revision} ${ring}`);
        last = { batch: buffered, window, revision, ring, machines };
      }
      note(last.machines, machine);
      for (const counter of counters) note(machinesOf('pollCount', window, counter), machine);
      flushWhenDue(now);
    },
    reported(machine, revision, outcome) {
      note(machinesOf('reportCount', revision, outcome), machine);
      flushWhenDue(clock());
    },
    flush: () => begin(true),
  };
}

/** Distinct machines by what they were last served and what they reported, estimated. */
export async function readAdoption(store: Store): Promise<Result<AdoptionCounts>> {
  const { countAdoption } = await import('./count-machines.ts');
  return countAdoption(store);
}

function nothing(): CountBuffer {
  return { pollCount: new Map(), reportCount: new Map() };
}

function entryOf<K, V>(map: Map<K, V>, key: K, make: () => V): V | null {
  const known = map.get(key);
  if (known !== undefined) return known;
  if (map.size >= maxKeys) return null;
  const made = make();
  map.set(key, made);
  return made;
}
