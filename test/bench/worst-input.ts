// The worst input: milliseconds that one request can take, of the headers and the bodies that cost the most. Headers of
// 16 KiB in all are compared with usual ones in the same poll, and bodies of up to 256 KiB with JSON.parse of the same text.

import { maxHeaderSize } from 'node:http';
import { largeBodies } from '../http/fuzz/large-bodies.ts';
import type { Measure } from './measure.ts';
import { adminToken, machineHeaders, type Running, spawnSubject, untilAnswered } from './server.ts';

const rounds = 9;
/** Node's limit is for all headers. The rest is for the request line and those that every request has. */
const headerLength = maxHeaderSize - 500;
const bodyLimitBytes = 256 * 1024;
const longHeaders = [`a${' '.repeat(headerLength)}b`, 'a,'.repeat(headerLength / 2), `a${';'.repeat(headerLength)}b`];
const headerNames = ['accept', 'if-none-match', 'traceparent', 'x-cloud-trace-context'];

export async function benchWorstInput(): Promise<Record<string, Measure>> {
  const pinward = await spawnSubject('pinward');
  try {
    await untilAnswered(pinward.url);
    return {
      'worst 16 KiB of headers, ms': await worstHeaders(pinward),
      'worst body of 256 KiB, ms': await worstBody(pinward),
    };
  } finally {
    await pinward.stop();
  }
}

async function worstHeaders({ url }: Running): Promise<Measure> {
  const poll = (headers: Record<string, string>) =>
    leastMs(() => fetch(`${url}/v1/pins?machine=bench&cli=2.1.331`, { headers: { ...machineHeaders, ...headers } }));
  const baseline = await poll({ accept: 'application/json' });
  let value = 0;
  for (const name of headerNames) {
    for (const text of longHeaders) value = Math.max(value, await poll({ [name]: text }));
  }
  return { value, baseline, ratio: value / baseline, target: 'ratio <= 10' };
}

async function worstBody({ url }: Running): Promise<Measure> {
  const headers = { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json', 'if-match': '*' };
  let [value, baseline] = [0, 1];
  for (const body of Object.values(largeBodies).flatMap(bodiesOf)) {
    const ms = await leastMs(() => fetch(`${url}/v1/policy?dry-run`, { method: 'PUT', headers, body }));
    if (ms < value) continue;
    value = ms;
    baseline = await leastMs(async () => JSON.parse(body));
  }
  return { value, baseline, ratio: value / baseline, target: 'ratio <= 60' };
}

/** One within the limits of a policy, and the largest that is read at all. */
function bodiesOf(bodyOf: (size: number) => object): readonly string[] {
  const textOf = (size: number) => JSON.stringify(bodyOf(size));
  let size = bodyLimitBytes / textOf(1).length;
  while (textOf(size).length > bodyLimitBytes) size *= 0.99;
  return [textOf(Math.min(1, size)), textOf(size)];
}

/** The least of several rounds, because other load of the machine only adds. */
async function leastMs(work: () => Promise<unknown>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    const done = await work();
    if (done instanceof Response) {
      if (done.status === 413 || done.status === 431) throw new Error(`the input was not read: ${done.status}`);
      await done.arrayBuffer();
    }
    least = Math.min(least, performance.now() - start);
  }
  return least;
}
