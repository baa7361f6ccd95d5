// Memory that the api has in use after three million polls, as a ratio to that after the second one, when its caches have been
// full and its counts were stored: growth would show.

import { join } from 'node:path';
import autocannon from 'autocannon';
import type { Measure } from './measure.ts';
import { inUseMiB, machineHeaders, type Running, spawnSubject, untilAnswered } from './server.ts';

/** Caches fill and empty in between, so the most of several samples counts. */
const samples = 6;
const pollsEach = 170_000;

export async function benchMemory(): Promise<Record<string, Measure>> {
  const pinward = await spawnSubject('pinward', undefined, false, [join(import.meta.dirname, 'collected.ts')]);
  try {
    await untilAnswered(pinward.url);
    // The first million fills the caches, and lasts until the counts of a minute were stored.
    await maxInUse(pinward);
    const baseline = await maxInUse(pinward);
    const value = await maxInUse(pinward);
    return {
      'memory after three million polls, MiB': { value, baseline, ratio: value / baseline, target: 'ratio <= 1.15' },
    };
  } finally {
    await pinward.stop();
  }
}

/** In MiB, while a million polls are answered. */
async function maxInUse(subject: Running): Promise<number> {
  let most = 0;
  for (let sample = 0; sample < samples; sample++) {
    await poll(subject, sample % 3);
    most = Math.max(most, await inUseMiB(subject));
  }
  return most;
}

/** A third of twelve thousand machines on a thousand CLI versions, some of which the caches have forgotten again. */
async function poll(subject: Running, third: number): Promise<void> {
  const requests = Array.from({ length: 4_000 }, (_, at) => ({
    path: `/v1/pins.settings.json?machine=m${at * 3 + third}&cli=2.1.${at % 1000}`,
    headers: machineHeaders,
  }));
  const result = await autocannon({ url: subject.url, connections: 16, amount: pollsEach, requests });
  if (result.non2xx + result.errors > 0) throw new Error('a poll failed under load');
}
