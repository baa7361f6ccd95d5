// The people of a local run: their tokens are renewed while it runs.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startLocal } from '../../../../functions/local/service.ts';
import { now } from '../../../support/world.ts';

test('the tokens of the people are renewed before they expire, and those in the files always count', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  let time = now;
  const dataFolder = mkdtempSync(join(tmpdir(), 'pinward-'));
  const local = await startLocal({
    port: 0,
    dataFolder,
    slackUrl: null,
    emulators: null,
    project: null,
    garden: null,
    clock: () => time,
    write: () => undefined,
  });
  const first = readFileSync(join(dataFolder, 'grace-token'), 'utf8').trim();
  const statusOf = async (token: string) =>
    (await fetch(`${local.url}/v1/policy`, { headers: { Authorization: `Bearer ${token}` } })).status;
  assert.equal(await statusOf(first), 404);

  time += 3_600_000;
  const renewed = Promise.withResolvers<void>();
  // The header of the last person is written last.
  const watcher = watch(dataFolder, (_, file) => file === 'grace-header' && renewed.resolve());
  t.mock.timers.tick(60_000);
  await renewed.promise;
  watcher.close();
  const second = readFileSync(join(dataFolder, 'grace-token'), 'utf8').trim();
  const statuses = [await statusOf(first), await statusOf(second)];
  t.mock.timers.reset();
  await local.close();

  assert.deepEqual(statuses, [401, 404]);
});
