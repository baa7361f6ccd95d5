// Polls a second through the whole service, with signed answers, as a ratio to a bare function: unchanged (304) and whole (200).

import autocannon from 'autocannon';
import { type Measure, medianOf } from './measure.ts';
import { machineHeaders, type Running, spawnSubject, untilAnswered } from './server.ts';

const rounds = 9;
const secondsEach = 1;
/** So many that none asks more often than one machine may. */
const machines = 3_000;
const targetOf = (machine: number) => `/v1/pins.settings.json?machine=bench-${machine}&cli=2.1.331`;

export async function benchPolls(): Promise<Record<string, Measure>> {
  const pinward = await spawnSubject('pinward');
  const bare = await spawnSubject('bare');
  try {
    await untilAnswered(bare.url);
    await untilAnswered(pinward.url);
    const response = await fetch(pinward.url + targetOf(0), { headers: machineHeaders });
    const unchanged = { ...machineHeaders, 'if-none-match': response.headers.get('etag') ?? '' };
    return {
      'polls 304 per second': { ...(await compare(pinward, bare, unchanged)), target: 'ratio >= 0.90' },
      'polls 200 per second': { ...(await compare(pinward, bare, machineHeaders)), target: 'ratio >= 0.80' },
    };
  } finally {
    await pinward.stop();
    await bare.stop();
  }
}

/** Alternates the two, so that what else runs on the machine slows both. */
async function compare(
  pinward: Running,
  bare: Running,
  headers: Record<string, string>,
): Promise<Omit<Measure, 'target'>> {
  await load(pinward, headers);
  await load(bare, headers);
  const [values, baselines]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    values.push(await load(pinward, headers));
    baselines.push(await load(bare, headers));
  }
  const [value, baseline] = [medianOf(values), medianOf(baselines)];
  return { value, baseline, ratio: value / baseline };
}

async function load(subject: Running, headers: Record<string, string>): Promise<number> {
  const requests = Array.from({ length: machines }, (_, machine) => ({ path: targetOf(machine), headers }));
  const result = await autocannon({ url: subject.url, connections: 16, duration: secondsEach, requests });
  if (result.errors + result.timeouts + result['4xx'] + result['5xx'] > 0) throw new Error('a poll failed under load');
  return result.requests.average;
}
