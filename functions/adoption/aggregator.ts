// The tally: names that an instance gathered, as sketches, until they are merged into the store. Used by adoption.ts for a
// flush alone, since it loads the library.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { fail, ok, type Result } from '../../shared/domain/fault.ts';
import { windowsCounted } from '../../shared/domain/serving/adoption.ts';
import type { MachineCounts } from '../../shared/domain/serving/machine-counts.ts';
import { expectOf, numberedId, type Store, type Stored, type Write } from '../../shared/ports.ts';
import {
  addMachine,
  createHyperLogLog,
  decodeHyperLogLog,
  encodeHyperLogLog,
  type HyperLogLog,
  mergeAll,
} from './hyperloglog.ts';

/** What is counted in one document: the polls of a stretch of time, or the reports on a revision. */
export type CountKind = 'pollCount' | 'reportCount';

/** By the number of the document, then by what the machines have in common. */
export type CountBuffer = Readonly<Record<CountKind, Map<number, Map<string, Set<string>>>>>;

export interface Aggregator {
  add(buffered: CountBuffer): Promise<void>;
  /** Merges all that was added into the store, by one commit. With a fault it stays for the next time. */
  write(): Promise<Result<null>>;
}

/** How many of the newest documents of a kind are kept; what is older goes. */
export const newest: Readonly<Record<CountKind, number>> = { pollCount: windowsCounted, reportCount: 50 };

/** So many sketches of any size fit into a document. */
const maxCounters = 300;
/** How often a flush is tried again when another instance got in between. */
const maxAttempts = 8;
/** Old documents that one flush takes away. */
const sweepLimit = 20;
/** Names that are added before polls get their turn: about two milliseconds. */
const batchSize = 1_000;

export function createAggregator(store: Store): Aggregator {
  const pending = {
    pollCount: new Map<number, Map<string, HyperLogLog>>(),
    reportCount: new Map<number, Map<string, HyperLogLog>>(),
  };
  const kinds: readonly CountKind[] = ['pollCount', 'reportCount'];

  async function addAll(
    kind: CountKind,
    number: number,
    counterName: string,
    machines: ReadonlySet<string>,
  ): Promise<void> {
    const hyperLogLogs = pending[kind].get(number) ?? new Map<string, HyperLogLog>();
    pending[kind].set(number, hyperLogLogs);
    const hyperLogLog = hyperLogLogs.get(counterName) ?? createHyperLogLog();
    hyperLogLogs.set(counterName, hyperLogLog);
    let added = 0;
    for (const machine of machines) {
      addMachine(hyperLogLog, machine);
      added += 1;
      if (added % batchSize === 0) await nextTurn();
    }
  }

  function forgetOld(kind: CountKind): void {
    const last = Math.max(...pending[kind].keys());
    for (const number of pending[kind].keys()) if (number <= last - newest[kind]) pending[kind].delete(number);
  }

  async function merged(): Promise<Result<readonly Write[]>> {
    const documents = kinds.flatMap((kind) => {
      const last = Math.max(...pending[kind].keys());
      return [...pending[kind]].map(([number, hyperLogLogs]) => mergeOne(kind, number, hyperLogLogs, number === last));
    });
    const writes: Write[] = [];
    for (const each of await Promise.all(documents)) {
      if (!each.ok) return each;
      writes.push(...each.value);
    }
    return ok(writes);
  }

  /** Whoever makes the newest document takes away those that are too old by now; sqlite has no TTL. */
  async function mergeOne(
    kind: CountKind,
    number: number,
    hyperLogLogs: ReadonlyMap<string, HyperLogLog>,
    isNewest: boolean,
  ): Promise<Result<readonly Write[]>> {
    const stored = await readStored(store, kind, number);
    if (!stored.ok) return stored;
    const old = isNewest && stored.value === null ? await findOld(store, kind, number) : ok([]);
    return old.ok ? ok([mergeInto(stored.value, kind, number, hyperLogLogs), ...old.value]) : old;
  }

  return {
    async add(buffered) {
      for (const kind of kinds) {
        for (const [number, byCommon] of buffered[kind])
          for (const [counterName, machines] of byCommon) await addAll(kind, number, counterName, machines);
        forgetOld(kind);
      }
    },
    async write() {
      for (let tries = 1; ; tries++) {
        const writes = await merged();
        if (!writes.ok) return writes;
        if (writes.value.length === 0) return ok(null);
        const committed = await store.commit(writes.value);
        if (committed.ok) for (const kind of kinds) pending[kind].clear();
        if (committed.ok || committed.fault.code !== 'write_conflict' || tries === maxAttempts) return committed;
      }
    },
  };
}

/** `damagedFault`: there is one, but nothing can be read from it; it is written anew. */
async function readStored(
  store: Store,
  kind: CountKind,
  number: number,
): Promise<Result<Stored<MachineCounts> | 'damagedFault' | null>> {
  const stored = await store.read(kind, numberedId(number));
  return stored.ok || stored.fault.code !== 'document_corrupt' ? stored : ok('damagedFault');
}

function mergeInto(
  stored: Stored<MachineCounts> | 'damagedFault' | null,
  kind: CountKind,
  number: number,
  hyperLogLogs: ReadonlyMap<string, HyperLogLog>,
): Write {
  const before = stored === null || stored === 'damagedFault' ? {} : stored.value;
  const after = Object.entries(before);
  for (const [counterName, hyperLogLog] of hyperLogLogs) {
    const packed = before[counterName];
    const known = packed === undefined ? null : decodeHyperLogLog(packed);
    after.push([counterName, encodeHyperLogLog(known === null ? hyperLogLog : mergeAll([known, hyperLogLog]))]);
  }
  const all = Object.entries(Object.fromEntries(after)).toSorted(([a], [b]) => revisionOf(b) - revisionOf(a));
  const value = Object.fromEntries(all.slice(0, maxCounters));
  const put = {
    id: numberedId(number),
    expect: stored === 'damagedFault' ? ('any' as const) : expectOf(stored),
    value,
  };
  return kind === 'pollCount' ? { kind, ...put } : { kind, ...put };
}

async function findOld(store: Store, kind: CountKind, number: number): Promise<Result<readonly Write[]>> {
  const oldest = await store.list(kind, { order: 'ascending', limit: sweepLimit });
  if (!oldest.ok) return oldest.fault.code === 'document_corrupt' ? ok([]) : fail(oldest.fault);
  const old = oldest.value.filter(({ id }) => Number(id) <= number - newest[kind]);
  return ok(old.map(({ id }) => ({ kind, id, remove: true })));
}

/** What names no revision is never left out. */
function revisionOf(counterName: string): number {
  const [, revision] = counterName.split(' ');
  const number = Number(revision);
  return Number.isNaN(number) ? Number.MAX_SAFE_INTEGER : number;
}
