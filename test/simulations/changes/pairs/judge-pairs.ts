// Draws pairs and judges what the product says of each.

import { Chance } from '../../chance.ts';
import type { ClaimsOf } from './claims.ts';
import { drawPair } from './draw-pair.ts';
import { faults, judgePair } from './judge-pair.ts';

export interface PairsOutcome extends Readonly<Record<(typeof faults)[number], number>> {
  readonly pairs: number;
  readonly differences: number;
  /** The first faults, for people. */
  readonly complaints: readonly string[];
}

export function judgePairs(
  pairs: number,
  seed: number,
  claimsOf: ClaimsOf,
  onPair = (_done: number) => {},
): PairsOutcome {
  const outcome = { pairs, differences: 0, unnamed: 0, unasked: 0, askedForNothing: 0 };
  const complaints: string[] = [];
  for (let at = 0; at < pairs; at++) {
    const pair = drawPair(new Chance(seed * 1_000_003 + at));
    const { differences, found } = judgePair(pair, claimsOf);
    outcome.differences += differences;
    for (const fault of faults) {
      outcome[fault] += found[fault].size;
      for (const line of found[fault]) {
        if (complaints.length < 20)
          complaints.push(`pair ${at} (${pair.mutations.join(', ')}): ${fault}: ${line.slice(0, 400)}`);
      }
    }
    onPair(at + 1);
  }
  return { ...outcome, complaints };
}
