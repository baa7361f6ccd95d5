// The tally: names that an instance gathered, as sketches, until they are merged into the store. Used by adoption.ts for a
// flush alone, since it loads the library.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { fail, ok, type Result } from '../../shared/domain/fault.ts';
import { stretchesHeard } from '../../shared/domain/serving/adoption.ts';
import type { Sketches } from '../../shared/domain/serving/sketch.ts';
import { expectOf, numberedId, type Store, type Stored, type Write } from '../../shared/ports.ts';
import { addMachine, emptySketch, packSketch, type Sketch, unite, unpackSketch } from './hyperloglog.ts';

/** What is counted in one document: the polls of a stretch of time, or the reports on a revision. */
export type Counted = 'sighting' | 'report';

/** By the number of the document, then by what the machines have in common. */
export type Gathered = Readonly<Record<Counted, Map<number, Map<string, Set<string>>>>>;

export interface Tally {
  add(gathered: Gathered): Promise<void>;
  /** Merges all that was added into the store, by one commit. With a fault it stays for the next time. */
  write(): Promise<Result<null>>;
}

/** How many of the newest documents of a kind are kept; what is older goes. */
export const newest: Readonly<Record<Counted, number>> = { sighting: stretchesHeard, report: 50 };

/** So many sketches of any size fit into a document. */
const maxCounters = 300;
/** How often a flush is tried again when another instance got in between. */
const maxAttempts = 8;
/** Old documents that one flush takes away. */
const sweepLimit = 20;
/** Names that are added before polls get their turn: about two milliseconds. */
const batchSize = 1_000;

export function createTally(store: Store): Tally {
  const pending = { sighting: new Map<number, Map<string, Sketch>>(), report: new Map<number, Map<string, Sketch>>() };
  const kinds: readonly Counted[] = ['sighting', 'report'];

  async function addAll(kind: Counted, number: number, common: string, machines: ReadonlySet<string>): Promise<void> {
    const sketches = pending[kind].get(number) ?? new Map<string, Sketch>();
    pending[kind].set(number, sketches);
    const sketch = sketches.get(common) ?? emptySketch();
    sketches.set(common, sketch);
    let added = 0;
    for (const machine of machines) {
      addMachine(sketch, machine);
      added += 1;
      if (added % batchSize === 0) await nextTurn();
    }
  }

  function forgetOld(kind: Counted): void {
    const last = Math.max(...pending[kind].keys());
    for (const number of pending[kind].keys()) if (number <= last - newest[kind]) pending[kind].delete(number);
  }

  async function merged(): Promise<Result<readonly Write[]>> {
    const documents = kinds.flatMap((kind) => {
      const last = Math.max(...pending[kind].keys());
      return [...pending[kind]].map(([number, sketches]) => mergeOne(kind, number, sketches, number === last));
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
    kind: Counted,
    number: number,
    sketches: ReadonlyMap<string, Sketch>,
    isNewest: boolean,
  ): Promise<Result<readonly Write[]>> {
    const stored = await readStored(store, kind, number);
    if (!stored.ok) return stored;
    const old = isNewest && stored.value === null ? await findOld(store, kind, number) : ok([]);
    return old.ok ? ok([mergeInto(stored.value, kind, number, sketches), ...old.value]) : old;
  }

  return {
    async add(gathered) {
      for (const kind of kinds) {
        for (const [number, byCommon] of gathered[kind])
          for (const [common, machines] of byCommon) await addAll(kind, number, common, machines);
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

/** `damaged`: there is one, but nothing can be read from it; it is written anew. */
async function readStored(
  store: Store,
  kind: Counted,
  number: number,
): Promise<Result<Stored<Sketches> | 'damaged' | null>> {
  const stored = await store.read(kind, numberedId(number));
  return stored.ok || stored.fault.code !== 'document_corrupt' ? stored : ok('damaged');
}

function mergeInto(
  stored: Stored<Sketches> | 'damaged' | null,
  kind: Counted,
  number: number,
  sketches: ReadonlyMap<string, Sketch>,
): Write {
  const before = stored === null || stored === 'damaged' ? {} : stored.value;
  const after = Object.entries(before);
  for (const [common, sketch] of sketches) {
    const packed = before[common];
    const known = packed === undefined ? null : unpackSketch(packed);
    after.push([common, packSketch(known === null ? sketch : unite([known, sketch]))]);
  }
  const all = Object.entries(Object.fromEntries(after)).toSorted(([a], [b]) => revisionOf(b) - revisionOf(a));
  const value = Object.fromEntries(all.slice(0, maxCounters));
  const put = { id: numberedId(number), expect: stored === 'damaged' ? ('any' as const) : expectOf(stored), value };
  return kind === 'sighting' ? { kind, ...put } : { kind, ...put };
}

async function findOld(store: Store, kind: Counted, number: number): Promise<Result<readonly Write[]>> {
  const oldest = await store.list(kind, { order: 'ascending', limit: sweepLimit });
  if (!oldest.ok) return oldest.fault.code === 'document_corrupt' ? ok([]) : fail(oldest.fault);
  const old = oldest.value.filter(({ id }) => Number(id) <= number - newest[kind]);
  return ok(old.map(({ id }) => ({ kind, id, remove: true })));
}

/** What names no revision is never left out. */
function revisionOf(common: string): number {
  const [, revision] = common.split(' ');
  const number = Number(revision);
  return Number.isNaN(number) ? Number.MAX_SAFE_INTEGER : number;
}
