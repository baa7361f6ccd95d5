// The end of a process: what is under way is answered, and nothing that hangs keeps the process longer than the platform does.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, type TestContext, test } from 'node:test';
import { shutDown } from '../../../functions/lifecycle.ts';

/** Cloud Run's bound: https://cloud.google.com/run/docs/container-contract#instance-shutdown */
const platformMs = 10_000;
const quiet = { info: assert.fail, warn: assert.fail, error: assert.fail };

describe('shutdown', () => {
  test('ends within the time of the platform while the store never closes', async (t) => {
    const clock = stoppedClock(t);
    const messages: string[] = [];
    const log = { ...quiet, info: (message: string) => void messages.push(message) };
    const ends = shutDown([], () => new Promise(() => undefined), log);
    await turnOfTheLoop();
    clock.tick(platformMs - 1);
    await ends;

    assert.deepEqual(messages, ['shutdown cut off']);
  });

  test('ends within the time of the platform while a client never finishes its request and the store never closes', async (t) => {
    const server = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.closeAllConnections());
    const clock = stoppedClock(t);
    const ends = shutDown([server], () => new Promise(() => undefined), { ...quiet, info: () => {} });
    await turnOfTheLoop();
    clock.tick(platformMs - 1);

    await ends;
  });

  test('closes the stores after the requests, and says nothing when all closed in time', async () => {
    let isClosed = false;
    const close = async () => {
      isClosed = true;
    };
    await shutDown([], close, quiet);

    assert.ok(isClosed);
  });
});

function stoppedClock(t: TestContext): TestContext['mock']['timers'] {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  return t.mock.timers;
}

function turnOfTheLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
