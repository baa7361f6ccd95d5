// Explaining the past: whatever happened, what a machine was served at a time can be worked out again, byte by byte.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { pollRequest } from '../../../functions/api/polls/poll-request.ts';
import { formatOf } from '../../../functions/api/polls/render/formats.ts';
import { createResponseCache } from '../../../functions/api/polls/response-cache.ts';
import { createSignatures } from '../../../functions/api/signing/signatures.ts';
import { openSqlite } from '../../../shared/adapters/sqlite.ts';
import { steps } from '../../simulations/lives/life.ts';
import { testKeys } from '../../support/document-keys.ts';
import { Fleet, rolloutPolicy } from '../../support/rollout-fleet.ts';

const machines = ['c-1', 'm-1', 'm-2', 'm-3', 'm-4'];
const versions = ['3.0.5', '3.1.2', '3.9.0', null];
const unsigned = createSignatures(null, Date.now, { info() {}, warn() {}, error() {} });

test('what a machine was served at any time is explained with the same bytes', async () => {
  const lives = fc.array(steps, { minLength: 10, maxLength: 30 });
  const property = fc.asyncProperty(
    lives,
    fc.array(fc.constantFrom(...versions), { minLength: 5, maxLength: 5 }),
    async (life, clis) => {
      const fleet = new Fleet(openSqlite(':memory:', testKeys));
      const served = new Map<number, readonly string[]>();
      const note = async () => served.set(fleet.time, await serveAll(fleet, clis));
      await fleet.ask('ada', 'PUT', '/v1/policy', rolloutPolicy());
      await fleet.probeTwice();
      await note();
      for (const { step } of life) {
        fleet.time += 1; // a change that takes a while keeps the time at which it began, when the former still stood
        await step(fleet);
        await note();
      }
      for (const [time, bodies] of served) assert.deepEqual(await explainAll(fleet, clis, time), bodies);
      await fleet.store.close();
    },
  );
  await fc.assert(property, { numRuns: 40 });
});

/** As a poll would. */
async function serveAll(fleet: Fleet, clis: readonly (string | null)[]): Promise<readonly string[]> {
  const published = await fleet.store.read('published', 'current');
  assert.ok(published.ok && published.value !== null);
  const responseCache = createResponseCache({
    published: published.value.value,
    staleSince: null,
    shipped: [],
    signatures: unsigned,
    now: fleet.time,
  });
  const format = formatOf('.json') ?? assert.fail();
  const answers = machines.map((name, at) =>
    responseCache.make(pollRequest({ name, email: null, labels: {}, cli: clis[at] ?? null }, format)),
  );
  return (await Promise.all(answers)).map(({ body }) => body.bytes.toString());
}

async function explainAll(fleet: Fleet, clis: readonly (string | null)[], time: number): Promise<readonly string[]> {
  const at = new Date(time).toISOString();
  return Promise.all(
    machines.map(async (name, index) => {
      const cli = clis[index] === null ? '' : `&cli=${clis[index]}`;
      const { body } = await fleet.ask('ada', 'GET', `/v1/explain?machine=${name}${cli}&at=${at}`);
      const { revision: _, since: _since, at: _at, considered: _considered, rollouts: _rollouts, ...resolution } = body;
      return `${JSON.stringify(resolution, null, 2)}\n`;
    }),
  );
}
