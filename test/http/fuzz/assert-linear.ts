// Whether something takes linear time: twice as much of it takes at most twice the processor time, with room for noise.

import assert from 'node:assert/strict';
import { costSince } from './client.ts';

const maxRatio = 3;
const rounds = 4;
const attempts = 4;

/** Asks for the cost of sizes 1 and 2 in turns, and compares the least of each, which other load disturbs the least. */
export async function assertLinear(what: string, costOf: (size: number) => number | Promise<number>): Promise<void> {
  let ratio = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < attempts && ratio > maxRatio; attempt++) {
    let [single, double] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let round = 0; round < rounds; round++) {
      single = Math.min(single, await costOf(1));
      double = Math.min(double, await costOf(2));
    }
    ratio = double / single;
  }
  assert.ok(ratio <= maxRatio, `${what}: twice the input takes ${ratio.toFixed(1)} times as long`);
}

/** Milliseconds of the processor. */
export function cpuOf(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  return costSince(before);
}
