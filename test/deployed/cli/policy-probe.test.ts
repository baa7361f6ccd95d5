// `npm run policy -- apply --probe`: a policy in git that leads where nobody probed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSqlite } from '../../../shared/adapters/sqlite.ts';
import { testKeys } from '../../support/document-keys.ts';
import { asAdmin } from '../../support/service.ts';
import { cell, matrix } from '../../support/world.ts';
import { newFile, run, serve } from './command.ts';
import { newerYaml as newer } from './policy-file.ts';

test('apply --probe has the next run of the probe ask about what nobody probed, and says when', async () => {
  const { service, url, close } = await serve();
  const policy = (words: readonly string[]) => run('policy-command', words, { url });
  await service.state();
  const store = openSqlite(service.file, testKeys);
  await store.commit([
    { kind: 'matrix', id: 'current', expect: 'any', value: matrix([cell('claude-opus-4-8'), cell('claude-opus-5')]) },
  ]);
  const file = newFile('policy.yaml', newer);
  const planned = await policy(['plan', file, '--probe']);
  const unconfirmed = await policy(['apply', file, '--probe']);
  const before = await store.read('probeRequest', 'current');
  const { status, stderr } = await policy(['apply', file, '--probe', '--yes']);
  const document = JSON.parse((await policy(['apply', file, '--probe', '--yes', '--json'])).stdout);
  const after = await store.read('probeRequest', 'current');
  await store.close();
  const { body } = await service.ask().get('/v1/revisions').set(asAdmin);
  await close();

  assert.deepEqual([planned.status, unconfirmed.status, status], [1, 1, 1]);
  assert.match(planned.stderr, /^--probe is for apply/);
  assert.match(unconfirmed.stderr, /Confirmation needs a terminal/);
  assert.match(
    stderr,
    /The next run of the probe, due by 2\d{3}-.+Z, asks about it\. Send the change again after that/,
  );
  assert.equal(Number.isNaN(Date.parse(document.error.probedBy)), false);
  assert.equal(before.ok && before.value, null);
  assert.match(JSON.stringify(after), /claude-opus-5-5/);
  assert.equal(body.revisions.length, 1);
});
