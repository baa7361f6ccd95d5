// Counts machines from the sketches in the store, for readAdoption. Two sketches can be united but not intersected, so an
// older revision's machines are what it adds to the union of the newer ones.

import { fail, ok, type Result } from '../../shared/domain/fault.ts';
import {
  type AdoptionCounts,
  type RevisionCounts,
  standardError,
  stretchesHeard,
  stretchMs,
} from '../../shared/domain/serving/adoption.ts';
import type { Sketches } from '../../shared/domain/serving/sketch.ts';
import type { Store, Stored } from '../../shared/ports.ts';
import { newest } from './aggregator.ts';
import { countMachines, emptySketch, type Sketch, unite, unpackSketch } from './hyperloglog.ts';

type Unpacked = ReadonlyMap<string, Sketch>;

export async function countAdoption(store: Store): Promise<Result<AdoptionCounts>> {
  const [sightings, reports] = await Promise.all([
    store.list('sighting', { order: 'descending', limit: stretchesHeard }),
    store.list('report', { order: 'descending', limit: newest.report }),
  ]);
  if (!sightings.ok) return sightings;
  if (!reports.ok) return reports;
  const last = Number(sightings.value[0]?.id);
  const heard = sightings.value.filter(({ id }) => Number(id) > last - stretchesHeard);
  const seen = uniteAll(heard.map(({ value }) => value));
  const reported = unpackReports(reports.value);
  if (seen === null || reported === null) return fail(damaged);
  const served = countServed(seen);
  return ok({
    heard: heard.length === 0 ? null : { from: startOf(heard.at(-1)), until: startOf(heard[0], 1) },
    machines: served.reduce((sum, each) => sum + each.served, 0),
    revisions: joinCounts(served, countReports(reported)),
    heldBack: countMarks(seen, 'held').map(({ name, machines }) => ({ family: name, machines })),
    reached: countMarks(seen, 'reached').map(({ name, machines }) => ({ rollout: Number(name), machines })),
    standardError,
  });
}

interface ServedCell {
  readonly revision: number;
  readonly ring: string;
  readonly sketch: Sketch;
}

interface ServedCount {
  readonly revision: number;
  readonly ring: string;
  readonly served: number;
}

type ReportCount = Pick<RevisionCounts, 'revision' | 'applied' | 'failed' | 'sinceThen'>;

const damaged = {
  code: 'document_corrupt',
  document: 'adoption',
  detail: 'a sketch is damaged; it goes away by itself within half an hour, one of reports with its revision',
} as const;

function startOf(stretch: Stored<Sketches> | undefined, plus = 0): string {
  return new Date((Number(stretch?.id) + plus) * stretchMs).toISOString();
}

/** The sketches of several documents, those of the same name as one; null when one of them can't be read. */
function uniteAll(documents: readonly Sketches[]): Unpacked | null {
  const united = new Map<string, Sketch>();
  for (const [common, packed] of documents.flatMap((sketches) => Object.entries(sketches))) {
    const sketch = unpackSketch(packed);
    if (sketch === null) return null;
    const known = united.get(common);
    united.set(common, known === undefined ? sketch : unite([known, sketch]));
  }
  return united;
}

function unpackReports(documents: readonly Stored<Sketches>[]): readonly (readonly [number, Unpacked])[] | null {
  const reports: [number, Unpacked][] = [];
  for (const { id, value } of documents) {
    const unpacked = uniteAll([value]);
    if (unpacked === null) return null;
    reports.push([Number(id), unpacked]);
  }
  return reports;
}

function countServed(seen: Unpacked): readonly ServedCount[] {
  const cells = [...seen].flatMap(([common, sketch]) => {
    const [kind, revision, ring = ''] = common.split(' ');
    return kind === 'served' ? [{ revision: Number(revision), ring, sketch }] : [];
  });
  return [...Map.groupBy(cells, ({ ring }) => ring).values()].flatMap(countRing);
}

/** A machine that moved counts for the newest revision alone. By ring, since what is left of a small union is surer. */
function countRing(cells: readonly ServedCell[]): readonly ServedCount[] {
  let all = emptySketch();
  let counted = 0;
  return cells
    .toSorted((a, b) => b.revision - a.revision)
    .map(({ revision, ring, sketch }) => {
      all = unite([all, sketch]);
      const before = counted;
      counted = countMachines(all);
      return { revision, ring, served: counted - before };
    });
}

function countMarks(seen: Unpacked, kind: string): readonly { readonly name: string; readonly machines: number }[] {
  return [...seen].flatMap(([common, sketch]) => {
    const [mark, name = ''] = common.split(' ');
    return mark === kind ? [{ name, machines: countMachines(sketch) }] : [];
  });
}

/** `reports` are newest first. */
function countReports(reports: readonly (readonly [number, Unpacked])[]): readonly ReportCount[] {
  let all = emptySketch();
  let allFailed = emptySketch();
  return reports.map(([revision, sketches]) => {
    const applied = sketches.get('applied') ?? emptySketch();
    const failed = sketches.get('failed') ?? emptySketch();
    allFailed = unite([allFailed, failed]);
    all = unite([all, applied, failed]);
    const total = countMachines(all);
    const sinceThen = { reports: total, failed: Math.min(total, countMachines(allFailed)) };
    return { revision, applied: countMachines(applied), failed: countMachines(failed), sinceThen };
  });
}

function joinCounts(served: readonly ServedCount[], reports: readonly ReportCount[]): readonly RevisionCounts[] {
  const numbers = new Set([...served, ...reports].map(({ revision }) => revision));
  const newestFirst = [...numbers].toSorted((a, b) => b - a);
  return newestFirst.map((revision) => {
    const rings = served.filter((each) => each.revision === revision);
    const own = reports.find((each) => each.revision === revision);
    const sinceThen = own?.sinceThen ?? reports.findLast((each) => each.revision > revision)?.sinceThen;
    return {
      revision,
      served: rings.reduce((sum, each) => sum + each.served, 0),
      rings: rings.map((each) => ({ ring: each.ring, served: each.served })).toSorted((a, b) => b.served - a.served),
      applied: own?.applied ?? 0,
      failed: own?.failed ?? 0,
      sinceThen: sinceThen ?? { reports: 0, failed: 0 },
    };
  });
}
