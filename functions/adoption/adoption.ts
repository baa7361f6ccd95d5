// Adoption: how many machines were served which revision, and what they report. A poll only adds the machine's name to
// a buffer. At most once a minute, names become HyperLogLogs that are merged into the store. The store has one document
// for each time window and each reported revision, for any number of machines. A failed write is repeated later.

import type { Result } from '../../shared/domain/fault.ts';
import { type AdoptionCounts, windowMs } from '../../shared/domain/serving/adoption.ts';
import type { Clock, Store } from '../../shared/ports.ts';
import type { Log } from '../log.ts';
import { describeBug } from '../log.ts';
import type { Aggregator, CountBuffer, CountKind } from './aggregator.ts';

export interface Adoption {
  /**
   * Called by every answered poll. `counters` are further counters for it: `held FAMILY RING`, `reached ROLLOUT`. `agent` is the
   * version of the agent that asked, if one did.
   */
  polled(machine: string, revision: number, ring: string, counters: readonly string[], agent?: string | null): void;
  /** Called by every report of a machine on a revision. */
  reported(machine: string, revision: number, ring: string, outcome: 'applied' | 'failed'): void;
  /** Writes what was buffered since the last flush. Never throws. */
  flush(): Promise<void>;
}

interface AdoptionPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
}

export const flushEveryMs = 60_000;
/** This many buffered names are added to HyperLogLogs before the minute is over. */
const flushAtSize = 20_000;
/** Further names are dropped, since a machine polls again. Reached only if adding to HyperLogLogs can't keep up. */
const maxBuffered = 100_000;
/** Bounds the windows, revisions and counters of one buffer. No real fleet has more in a minute. */
const maxKeys = 300;
/** Versions of agents in one buffer. A fleet has a few, but whoever polls can invent more. */
const maxAgents = 20;

/** Where the latest poll was counted: a shortcut, since most polls are counted in the same place. */
interface LastCounter {
  readonly buffer: CountBuffer;
  readonly window: number;
  readonly revision: number;
  readonly ring: string;
  readonly agent: string | null;
  readonly machines: Set<string> | null;
  readonly machinesOfAgent: Set<string> | null;
}

export function createAdoption({ store, clock, log }: AdoptionPorts): Adoption {
  let buffered = emptyBuffer();
  let size = 0;
  let aggregator: Aggregator | null = null;
  /** When a write was last tried; before that, when the first poll came. Null before the first poll. */
  let flushedAt: number | null = null;
  let queue: Promise<void> = Promise.resolve();
  let isFlushing = false;
  let timer: NodeJS.Timeout | null = null;
  let agents = new Set<string>();
  let last: LastCounter | null = null;

  function machinesOf(kind: CountKind, number: number, counterName: string): Set<string> | null {
    const byCounter = getOrCreate(buffered[kind], number, () => new Map<string, Set<string>>());
    return byCounter === null ? null : getOrCreate(byCounter, counterName, () => new Set<string>());
  }

  function machinesOfAgent(window: number, agent: string | null): Set<string> | null {
    if (agent === null || (agents.size >= maxAgents && !agents.has(agent))) return null;
    agents.add(agent);
    return machinesOf('pollCount', window, `agent ${agent}`);
  }

  function addName(machines: Set<string> | null, machine: string): void {
    if (machines === null || size >= maxBuffered || machines.has(machine)) return;
    machines.add(machine);
    size += 1;
  }

  /** On Cloud Run timers don't run between requests, so a poll flushes what is due. Elsewhere the timer does. */
  function flushWhenDue(now: number): void {
    if (isFlushing) return;
    flushedAt ??= now;
    // Absolute, because a clock can be set back.
    const isDue = Math.abs(now - flushedAt) >= flushEveryMs;
    if (isDue || size >= flushAtSize) startFlush(isDue);
    else timer ??= setTimeout(() => startFlush(true), flushEveryMs).unref();
  }

  /** Without `writes`, names only become HyperLogLogs. */
  function startFlush(writes: boolean): Promise<void> {
    isFlushing = true;
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const flushed = queue.then(() => flushBuffer(writes));
    queue = flushed;
    return flushed.then(() => {
      if (queue === flushed) isFlushing = false;
    });
  }

  async function flushBuffer(writes: boolean): Promise<void> {
    try {
      if (size === 0 && aggregator === null) return;
      aggregator ??= (await import('./aggregator.ts')).createAggregator(store);
      const full = buffered;
      buffered = emptyBuffer();
      agents = new Set();
      size = 0;
      await aggregator.add(full);
      if (!writes) return;
      flushedAt = clock();
      const written = await aggregator.write();
      if (!written.ok) log.warn('adoption not written', { fault: written.fault.code });
    } catch (error) {
      // If the aggregator were kept, the next flush would hit the same bug.
      aggregator = null;
      log.error('bug', { error: describeBug(error) });
    }
  }

  return {
    polled(machine, revision, ring, counters, agent = null) {
      const now = clock();
      const window = Math.floor(now / windowMs);
      if (
        last?.buffer !== buffered ||
        last.window !== window ||
        last.revision !== revision ||
        last.ring !== ring ||
        last.agent !== agent
      ) {
        const machines = machinesOf('pollCount', window, `served ${revision} ${ring}`);
        const ofAgent = machinesOfAgent(window, agent);
        last = { buffer: buffered, window, revision, ring, agent, machines, machinesOfAgent: ofAgent };
      }
      addName(last.machines, machine);
      addName(last.machinesOfAgent, machine);
      for (const counter of counters) addName(machinesOf('pollCount', window, counter), machine);
      flushWhenDue(now);
    },
    reported(machine, revision, ring, outcome) {
      addName(machinesOf('reportCount', revision, `${outcome} ${ring}`), machine);
      flushWhenDue(clock());
    },
    flush: () => startFlush(true),
  };
}

/** Estimated numbers of distinct machines, by the revision they were last served and by what they reported. */
export async function readAdoption(store: Store): Promise<Result<AdoptionCounts>> {
  const { countAdoption } = await import('./count-machines.ts');
  return countAdoption(store);
}

function emptyBuffer(): CountBuffer {
  return { pollCount: new Map(), reportCount: new Map() };
}

/** Null when the map is full. */
function getOrCreate<K, V>(map: Map<K, V>, key: K, create: () => V): V | null {
  const existing = map.get(key);
  if (existing !== undefined) return existing;
  if (map.size >= maxKeys) return null;
  const created = create();
  map.set(key, created);
  return created;
}
