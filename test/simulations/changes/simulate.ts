// Judges many pairs and takes many walks, all from one seed.

import { Chance } from '../chance.ts';
import type { Options } from './options.ts';
import type { ClaimsOf } from './pairs/claims.ts';
import { drawPair } from './pairs/draw-pair.ts';
import { faults, judgePair } from './pairs/judge-pair.ts';
import { walk } from './walks/walk.ts';
import { type Door, honestDoor } from './walks/world.ts';

export interface Outcome {
  readonly pairs: number;
  /** What machines see, or what governs later changes; once for machines that change rings in the same way. */
  readonly differences: number;
  readonly unnamed: number;
  readonly unasked: number;
  readonly askedForNothing: number;
  readonly walks: number;
  /** Kinds of machines with classes of versions. */
  readonly escaped: number;
  readonly seed: number;
}

export interface Simulated {
  readonly outcome: Outcome;
  /** The first faults, for people. */
  readonly complaints: readonly string[];
  /** How often two people agreed in a walk. */
  readonly agreements: number;
}

const maxComplaints = 20;
/** Each pair and each walk has a seed of its own, so that it can be drawn again alone. */
const seedStep = 1_000_003;

export async function simulate(
  { pairs, walks, seed }: Options,
  claimsOf: ClaimsOf,
  onProgress = (_line: string) => {},
  door: Door = honestDoor,
): Promise<Simulated> {
  const found = { differences: 0, unnamed: 0, unasked: 0, askedForNothing: 0, escaped: 0 };
  const complaints: string[] = [];
  for (let at = 0; at < pairs; at++) {
    const pair = drawPair(new Chance(seed * seedStep + at));
    const judged = judgePair(pair, claimsOf);
    found.differences += judged.differences;
    for (const fault of faults) {
      found[fault] += judged.found[fault].size;
      for (const line of judged.found[fault])
        complaints.push(`pair ${at}: ${pair.mutations.join()}: ${fault}: ${line}`);
    }
    onProgress(`${at + 1} of ${pairs} pairs`);
  }
  let agreements = 0;
  for (let at = 0; at < walks; at++) {
    const walked = await walk(new Chance(seed * seedStep + at), door);
    found.escaped += walked.escaped.length;
    agreements += walked.agreements;
    const [first] = walked.escaped;
    if (first !== undefined) complaints.push(`walk ${at}: ${walked.steps.slice(-4).join(', ')}: escaped: ${first}`);
    onProgress(`${at + 1} of ${walks} walks`);
  }
  const { escaped, ...ofPairs } = found;
  const outcome = { pairs, ...ofPairs, walks, escaped, seed };
  return { outcome, complaints: complaints.slice(0, maxComplaints).map((line) => line.slice(0, 600)), agreements };
}

export function isGood({ unnamed, unasked, askedForNothing, escaped }: Outcome): boolean {
  return unnamed + unasked + askedForNothing + escaped === 0;
}
