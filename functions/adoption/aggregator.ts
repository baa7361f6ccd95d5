// The aggregator: adds the machines that an instance has buffered to HyperLogLogs, and merges those into the store. It
// is loaded with the first flush, because it loads the HyperLogLog library.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { fail, ok, type Result } from '../../shared/domain/fault.ts';
import { windowsCounted } from '../../shared/domain/serving/adoption.ts';
import type { MachineCounts } from '../../shared/domain/serving/machine-counts.ts';
import { expectOf, numberedId, type Store, type Stored, type Write } from '../../shared/ports.ts';
import { transact } from '../commands/transact.ts';
import {
  addMachine,
  createHyperLogLog,
  decodeHyperLogLog,
  encodeHyperLogLog,
  type HyperLogLog,
  mergeAll,
} from './hyperloglog.ts';

/** What one document counts: the polls of a time window, or the reports on a revision. */
export type CountKind = 'pollCount' | 'reportCount';

/** Machine names by the number of the document (a window or a revision), then by the counter's name. */
export type CountBuffer = Readonly<Record<CountKind, Map<number, Map<string, Set<string>>>>>;

export interface Aggregator {
  add(buffered: CountBuffer): Promise<void>;
  /** Merges all added machines into the store in one commit. After a fault they stay for the next write. */
  write(): Promise<Result<null>>;
}

/** How many of the newest documents of a kind are kept. */
export const newest: Readonly<Record<CountKind, number>> = { pollCount: windowsCounted, reportCount: 50 };

/** This many counters of any size fit into one document. */
const maxCounters = 300;
/** How many old documents one flush removes at most. */
const sweepLimit = 20;
/** Names added before other work gets a turn: about two milliseconds. */
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

  function dropOutdated(kind: CountKind): void {
    const last = Math.max(...pending[kind].keys());
    for (const number of pending[kind].keys()) if (number <= last - newest[kind]) pending[kind].delete(number);
  }

  /** The stored documents to merge the pending counts into, with the outdated ones to remove. */
  async function readDocuments(): Promise<Result<readonly CountDocument[]>> {
    const documents = kinds.flatMap((kind) => {
      const last = Math.max(...pending[kind].keys());
      return [...pending[kind].keys()].map((number) => readDocument(store, kind, number, number === last));
    });
    const read: CountDocument[] = [];
    for (const each of await Promise.all(documents)) {
      if (!each.ok) return each;
      read.push(each.value);
    }
    return ok(read);
  }

  function mergeDocuments(documents: readonly CountDocument[]): readonly Write[] {
    return documents.flatMap(({ kind, number, stored, outdated }) => [
      mergeInto(stored, kind, number, pending[kind].get(number) ?? new Map()),
      ...outdated,
    ]);
  }

  return {
    async add(buffered) {
      for (const kind of kinds) {
        for (const [number, byCounter] of buffered[kind])
          for (const [counterName, machines] of byCounter) await addAll(kind, number, counterName, machines);
        dropOutdated(kind);
      }
    },
    async write() {
      const decide = (documents: readonly CountDocument[]) =>
        ok({ writes: mergeDocuments(documents), newEvents: [], outcome: null });
      const written = await transact(store, readDocuments, decide);
      if (written.ok) for (const kind of kinds) pending[kind].clear();
      return written;
    },
  };
}

interface CountDocument {
  readonly kind: CountKind;
  readonly number: number;
  readonly stored: Stored<MachineCounts> | 'damaged' | null;
  readonly outdated: readonly Write[];
}

/** The writer of a new newest document removes outdated ones, because the embedded store has no TTL. */
async function readDocument(
  store: Store,
  kind: CountKind,
  number: number,
  isNewest: boolean,
): Promise<Result<CountDocument>> {
  const stored = await readStored(store, kind, number);
  if (!stored.ok) return stored;
  const outdated = isNewest && stored.value === null ? await findOutdated(store, kind, number) : ok([]);
  return outdated.ok ? ok({ kind, number, stored: stored.value, outdated: outdated.value }) : outdated;
}

/** `damaged`: the document exists but can't be read, so it is overwritten. */
async function readStored(
  store: Store,
  kind: CountKind,
  number: number,
): Promise<Result<Stored<MachineCounts> | 'damaged' | null>> {
  const stored = await store.read(kind, numberedId(number));
  return stored.ok || stored.fault.code !== 'document_corrupt' ? stored : ok('damaged');
}

function mergeInto(
  stored: Stored<MachineCounts> | 'damaged' | null,
  kind: CountKind,
  number: number,
  hyperLogLogs: ReadonlyMap<string, HyperLogLog>,
): Write {
  const before = stored === null || stored === 'damaged' ? {} : stored.value;
  const after = Object.entries(before);
  for (const [counterName, hyperLogLog] of hyperLogLogs) {
    const packed = before[counterName];
    const existing = packed === undefined ? null : decodeHyperLogLog(packed);
    const merged = existing === null ? hyperLogLog : mergeAll([existing, hyperLogLog]);
    after.push([counterName, encodeHyperLogLog(merged)]);
  }
  const all = Object.entries(Object.fromEntries(after)).toSorted(([a], [b]) => revisionOf(b) - revisionOf(a));
  const value = Object.fromEntries(all.slice(0, maxCounters));
  const put = {
    id: numberedId(number),
    expect: stored === 'damaged' ? ('any' as const) : expectOf(stored),
    value,
  };
  return kind === 'pollCount' ? { kind, ...put } : { kind, ...put };
}

async function findOutdated(store: Store, kind: CountKind, number: number): Promise<Result<readonly Write[]>> {
  const oldest = await store.list(kind, { order: 'ascending', limit: sweepLimit });
  if (!oldest.ok) return oldest.fault.code === 'document_corrupt' ? ok([]) : fail(oldest.fault);
  const old = oldest.value.filter(({ id }) => Number(id) <= number - newest[kind]);
  return ok(old.map(({ id }) => ({ kind, id, remove: true })));
}

/**
 * Counters that name no revision sort first, so that they are never left out. Those of agents sort last: whoever polls can invent
 * versions.
 */
function revisionOf(counterName: string): number {
  const [kind, revision] = counterName.split(' ');
  if (kind === 'agent') return -1;
  const number = Number(revision);
  return Number.isNaN(number) ? Number.MAX_SAFE_INTEGER : number;
}
