// Adoption as the service counts it, against the truth of the simulated fleet.

import type { AdoptionCounts } from '../../shared/domain/serving/adoption.ts';
import type { Machines } from './fleet-machines.ts';
import { sigmas } from './fleet-rules.ts';

/** What functions/api/README.md promises of a count, as a share of it. */
const standardError = 0.016;
/** Counts of a few are exact but for a few. */
const slack = 2;
/** A quiet machine comes within 15 minutes; functions/api/README.md promises that those of the last 20 are counted. */
const heardSeconds = 20 * 60;

/** The largest error that was found, in standard errors. `startMs` is the beginning, `now` in seconds since then. */
export function judgeAdoption(
  counts: AdoptionCounts,
  machines: Machines,
  { startMs, now }: { readonly startMs: number; readonly now: number },
  complain: (words: string) => void,
): number {
  const from = (Date.parse(counts.period?.from ?? '') - startMs) / 1_000;
  if (from > now - heardSeconds) complain(`counts are of the last ${now - from} s only`);
  const { served, rings, marked } = truthOf(machines, from);
  let worst = 0;
  const compare = (what: string, counted: number, real: number, all: number) => {
    const error = Math.max(0, Math.abs(counted - real) - slack);
    if (error > 0) worst = Math.max(worst, error / (standardError * all));
    if (error > sigmas * standardError * all) complain(`${counted} machines are counted as ${what}, ${real} are`);
  };
  const [countedServed, countedMarks] = [servedOf(counts), marksOf(counts)];
  for (const key of new Set([...countedServed.keys(), ...served.keys()])) {
    // An older revision's count is as sure as its ring's.
    const all = rings.get(key.split(' ')[1] ?? '') ?? 0;
    compare(`served ${key}`, countedServed.get(key) ?? 0, served.get(key) ?? 0, all);
  }
  for (const key of new Set([...countedMarks.keys(), ...marked.keys()])) {
    const real = marked.get(key) ?? 0;
    compare(key, countedMarks.get(key) ?? 0, real, real);
  }
  return worst;
}

/** By revision and ring. */
function servedOf({ revisions }: AdoptionCounts): ReadonlyMap<string, number> {
  return new Map(
    revisions.flatMap(({ revision, rings }) =>
      rings.map(({ ring, served }): [string, number] => [`${revision} ${ring}`, served]),
    ),
  );
}

function marksOf({ heldBack, reached }: AdoptionCounts): ReadonlyMap<string, number> {
  return new Map([
    ...heldBack.map((each): [string, number] => [`held ${each.family} ${each.ring}`, each.machines]),
    ...reached.map((each): [string, number] => [`reached ${each.rollout}`, each.machines]),
  ]);
}

interface Truth {
  /** By revision and ring. */
  readonly served: ReadonlyMap<string, number>;
  readonly rings: ReadonlyMap<string, number>;
  readonly marked: ReadonlyMap<string, number>;
}

/** Of machines that were answered since then (seconds). */
function truthOf(machines: Machines, from: number): Truth {
  const served = new Map<string, number>();
  const rings = new Map<string, number>();
  for (let at = 0; at < machines.count; at++) {
    if ((machines.polledAt[at] ?? -1) < from) continue;
    const ring = machines.ringOf(at);
    const key = `${machines.revision[at]} ${ring}`;
    served.set(key, (served.get(key) ?? 0) + 1);
    rings.set(ring, (rings.get(ring) ?? 0) + 1);
  }
  const marked = new Map<string, number>();
  for (const [counter, at] of machines.markedAt) marked.set(counter, at.filter((second) => second >= from).length);
  return { served, rings, marked };
}
