// A request that is sent again when the service says so.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { patientFetch } from '../../../../functions/cli/patient-fetch.ts';
import { listen } from '../../../http/traffic/listen.ts';

async function ask(answers: readonly (readonly [status: number, retryAfter: string | null])[]) {
  let asked = 0;
  const server = createServer((_, response) => {
    const [status, retryAfter] = answers[Math.min(asked++, answers.length - 1)] ?? [500, null];
    response.writeHead(status, retryAfter === null ? {} : { 'Retry-After': retryAfter });
    response.end('answer');
  });
  const url = await listen(server);
  const { status } = await patientFetch(url, () => ({}));
  server.closeAllConnections();
  server.close();
  return { status, asked };
}

test('a request that came too soon is sent again until it is taken, five times at most', async () => {
  assert.deepEqual(
    await ask([
      [429, '0'],
      [429, '0'],
      [200, null],
    ]),
    { status: 200, asked: 3 },
  );
  assert.deepEqual(await ask([[429, '0']]), { status: 429, asked: 5 });
});

test('a request is sent once when nobody says when to come again, or says a long time, or it failed otherwise', async () => {
  for (const answer of [
    [429, null],
    [429, 'tomorrow'],
    [429, '3600'],
    [503, '0'],
    [200, '0'],
  ] as const)
    assert.deepEqual(await ask([answer]), { status: answer[0], asked: 1 });
});
