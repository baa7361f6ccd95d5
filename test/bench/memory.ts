// Memory of the api after a million polls, as a ratio to the memory after the first hundred thousand: growth would show.

import { readFileSync } from 'node:fs';
import autocannon from 'autocannon';
import type { Measure } from './measure.ts';
import { machineHeaders, type Running, spawnSubject, untilAnswered } from './server.ts';

const warmUp = 100_000;
const polls = 1_000_000;

export async function benchMemory(): Promise<Record<string, Measure>> {
  const pinward = await spawnSubject('pinward');
  try {
    await untilAnswered(pinward.url);
    await poll(pinward, warmUp);
    const baseline = residentMiB(pinward);
    await poll(pinward, polls - warmUp);
    const value = residentMiB(pinward);
    return {
      'memory after a million polls, MiB': { value, baseline, ratio: value / baseline, target: 'ratio <= 1.15' },
    };
  } finally {
    await pinward.stop();
  }
}

/** Machines of ten thousand names on a thousand CLI versions, some of which the caches have forgotten again. */
async function poll(subject: Running, amount: number): Promise<void> {
  const requests = Array.from({ length: 1000 }, (_, at) => ({
    path: `/v1/pins.settings.json?machine=m${at * 10 + Math.floor(Math.random() * 10)}&cli=2.1.${at}`,
    headers: machineHeaders,
  }));
  const result = await autocannon({ url: subject.url, connections: 16, amount, requests });
  if (result.non2xx + result.errors > 0) throw new Error('a poll failed under load');
}

function residentMiB({ process }: Running): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${process.pid}/status`, 'utf8'));
  return Number(line?.[1]) / 1024;
}
