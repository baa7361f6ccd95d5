// Counts machines from the HyperLogLogs in the store. HyperLogLogs can be merged but not intersected. So the machines
// of an older revision are counted as what it adds to the union of the newer ones.

import { fail, ok, type Result } from '../../shared/domain/fault.ts';
import {
  type AdoptionCounts,
  type RevisionCounts,
  standardError,
  windowMs,
  windowsCounted,
} from '../../shared/domain/serving/adoption.ts';
import type { MachineCounts } from '../../shared/domain/serving/machine-counts.ts';
import type { Store, Stored } from '../../shared/ports.ts';
import { newest } from './aggregator.ts';
import { createHyperLogLog, decodeHyperLogLog, estimateCount, type HyperLogLog, mergeAll } from './hyperloglog.ts';

type Unpacked = ReadonlyMap<string, HyperLogLog>;

/** Faults: the store's, and `document_corrupt` when a HyperLogLog can't be decoded. */
export async function countAdoption(store: Store): Promise<Result<AdoptionCounts>> {
  const [polls, reports] = await Promise.all([
    store.list('pollCount', { order: 'descending', limit: windowsCounted }),
    store.list('reportCount', { order: 'descending', limit: newest.reportCount }),
  ]);
  if (!polls.ok) return polls;
  if (!reports.ok) return reports;
  const last = Number(polls.value[0]?.id);
  const period = polls.value.filter(({ id }) => Number(id) > last - windowsCounted);
  const seen = mergeDocuments(period.map(({ value }) => value));
  const reported = unpackReports(reports.value);
  if (seen === null || reported === null) return fail(damagedFault);
  const served = countServed(seen);
  return ok({
    period: period.length === 0 ? null : { from: startOf(period.at(-1)), until: startOf(period[0], 1) },
    machines: served.reduce((sum, each) => sum + each.served, 0),
    revisions: joinCounts(served, countReports(reported)),
    heldBack: countNamed(seen, 'held').map(({ name, ring, machines }) => ({ family: name, ring, machines })),
    reached: countNamed(seen, 'reached').map(({ name, machines }) => ({ rollout: Number(name), machines })),
    agents: countNamed(seen, 'agent').map(({ name, machines }) => ({ version: name, machines })),
    standardError,
  });
}

interface ServedCell {
  readonly revision: number;
  readonly ring: string;
  readonly hyperLogLog: HyperLogLog;
}

interface ServedCount {
  readonly revision: number;
  readonly ring: string;
  readonly served: number;
}

type ReportCount = Pick<RevisionCounts, 'revision' | 'applied' | 'failed' | 'sinceThen'>;

const damagedFault = {
  code: 'document_corrupt',
  document: 'adoption',
  detail: 'a counter is damaged; one of polls expires within half an hour, one of reports with its revision',
} as const;

function startOf(window: Stored<MachineCounts> | undefined, plus = 0): string {
  return new Date((Number(window?.id) + plus) * windowMs).toISOString();
}

/** Merges the HyperLogLogs of the same name in several documents. Null when one can't be decoded. */
function mergeDocuments(documents: readonly MachineCounts[]): Unpacked | null {
  const merged = new Map<string, HyperLogLog>();
  for (const [counterName, packed] of documents.flatMap((hyperLogLogs) => Object.entries(hyperLogLogs))) {
    const hyperLogLog = decodeHyperLogLog(packed);
    if (hyperLogLog === null) return null;
    const existing = merged.get(counterName);
    merged.set(counterName, existing === undefined ? hyperLogLog : mergeAll([existing, hyperLogLog]));
  }
  return merged;
}

function unpackReports(documents: readonly Stored<MachineCounts>[]): readonly (readonly [number, Unpacked])[] | null {
  const reports: [number, Unpacked][] = [];
  for (const { id, value } of documents) {
    const unpacked = mergeDocuments([value]);
    if (unpacked === null) return null;
    reports.push([Number(id), unpacked]);
  }
  return reports;
}

function countServed(seen: Unpacked): readonly ServedCount[] {
  const cells = [...seen].flatMap(([counterName, hyperLogLog]) => {
    const [kind, revision, ring = ''] = counterName.split(' ');
    return kind === 'served' ? [{ revision: Number(revision), ring, hyperLogLog }] : [];
  });
  return [...Map.groupBy(cells, ({ ring }) => ring).values()].flatMap(countRing);
}

/**
 * A machine that moved counts only for the newest revision. Counted by ring, because a difference of small unions is
 * more exact.
 */
function countRing(cells: readonly ServedCell[]): readonly ServedCount[] {
  let all = createHyperLogLog();
  let counted = 0;
  return cells
    .toSorted((a, b) => b.revision - a.revision)
    .map(({ revision, ring, hyperLogLog }) => {
      all = mergeAll([all, hyperLogLog]);
      const before = counted;
      counted = estimateCount(all);
      return { revision, ring, served: counted - before };
    });
}

interface NamedCount {
  readonly name: string;
  /** Empty for counters that name no ring. */
  readonly ring: string;
  readonly machines: number;
}

function countNamed(seen: Unpacked, kind: string): readonly NamedCount[] {
  return [...seen].flatMap(([counterName, hyperLogLog]) => {
    const [counter, name = '', ring = ''] = counterName.split(' ');
    return counter === kind ? [{ name, ring, machines: estimateCount(hyperLogLog) }] : [];
  });
}

/** `reports` are newest first. */
function countReports(reports: readonly (readonly [number, Unpacked])[]): readonly ReportCount[] {
  const since = new Map<string, { readonly all: HyperLogLog; readonly failed: HyperLogLog }>();
  return reports.map(([revision, hyperLogLogs]) => {
    for (const [counterName, hyperLogLog] of hyperLogLogs) {
      const [outcome, ring = ''] = counterName.split(' ');
      const { all, failed } = since.get(ring) ?? { all: createHyperLogLog(), failed: createHyperLogLog() };
      const isFailure = outcome === 'failed';
      since.set(ring, {
        all: mergeAll([all, hyperLogLog]),
        failed: isFailure ? mergeAll([failed, hyperLogLog]) : failed,
      });
    }
    const sinceThen = [...since].map(([ring, { all, failed }]) => {
      const total = estimateCount(all);
      return { ring, reports: total, failed: Math.min(total, estimateCount(failed)) };
    });
    return { revision, applied: countOf(hyperLogLogs, 'applied'), failed: countOf(hyperLogLogs, 'failed'), sinceThen };
  });
}

/** Machines of all rings. One that moved to another ring counts once. */
function countOf(hyperLogLogs: Unpacked, outcome: 'applied' | 'failed'): number {
  const ofOutcome = [...hyperLogLogs].filter(([counterName]) => counterName.startsWith(outcome));
  return estimateCount(mergeAll([createHyperLogLog(), ...ofOutcome.map(([, hyperLogLog]) => hyperLogLog)]));
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
      sinceThen: sinceThen ?? [],
    };
  });
}
