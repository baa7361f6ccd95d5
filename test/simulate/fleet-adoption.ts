// Adoption as the service counts it, against the truth of the simulated fleet.

import { type AdoptionCounts, standardError } from '../../shared/domain/adoption.ts';
import type { Machines } from './fleet-machines.ts';
import { sigmas } from './fleet-rules.ts';

/** Counts of a few are exact but for a few. */
const slack = 2;

/** The largest error that was found, as a share of the ring, or of those held back, that it is of. */
export function judgeAdoption(
  counts: AdoptionCounts,
  machines: Machines,
  startMs: number,
  complain: (words: string) => void,
): number {
  const from = (Date.parse(counts.heard?.from ?? '') - startMs) / 1_000;
  const truth = truthOf(machines, from);
  let worst = 0;
  const compare = (what: string, counted: number, real: number, all: number) => {
    const error = Math.abs(counted - real);
    if (error > slack) worst = Math.max(worst, error / all);
    if (error > sigmas * standardError * all + slack) complain(`${counted} machines counted ${what}, ${real} are`);
  };
  const counted = new Map<string, number>();
  for (const { revision, rings } of counts.revisions)
    for (const { ring, served } of rings) counted.set(`${revision} ${ring}`, served);
  for (const key of new Set([...counted.keys(), ...truth.served.keys()])) {
    const all = truth.rings.get(key.split(' ')[1] ?? '') ?? 0;
    compare(`at ${key}`, counted.get(key) ?? 0, truth.served.get(key) ?? 0, all);
  }
  const heldBack = counts.heldBack.find(({ family }) => family === 'opus')?.machines ?? 0;
  compare('as held back', heldBack, truth.heldBack, truth.heldBack);
  return worst;
}

interface Truth {
  /** By revision and ring. */
  readonly served: ReadonlyMap<string, number>;
  readonly rings: ReadonlyMap<string, number>;
  readonly heldBack: number;
}

/** Of machines that were answered since then (seconds). */
function truthOf(machines: Machines, from: number): Truth {
  const served = new Map<string, number>();
  const rings = new Map<string, number>();
  let heldBack = 0;
  for (let at = 0; at < machines.count; at++) {
    if ((machines.heldBackAt[at] ?? -1) >= from) heldBack += 1;
    if ((machines.polledAt[at] ?? -1) < from) continue;
    const ring = machines.ringOf(at);
    const key = `${machines.revision[at]} ${ring}`;
    served.set(key, (served.get(key) ?? 0) + 1);
    rings.set(ring, (rings.get(ring) ?? 0) + 1);
  }
  return { served, rings, heldBack };
}
