// The functions as they are deployed, from start to end.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { draft } from '../support/world.ts';
import { adminHeaders, Deployed, type Target, tokens } from './deployed.ts';

describe('a deployed function', () => {
  test('answers what is under way when it is told to stop, then ends', async () => {
    const api = await start('api');
    await api.untilAnswers();
    const body = JSON.stringify(draft());
    const headers = { ...adminHeaders, 'If-Match': '"0"', 'Content-Length': body.length };
    const put = request(`${api.url}/v1/policy`, { method: 'PUT', headers });
    put.write(body.slice(0, 10));
    const [socket] = await once(put, 'socket');
    if (socket.connecting) await once(socket, 'connect');
    await api.untilAnswers();
    api.signal('SIGTERM');
    put.end(body.slice(10));
    const [response] = await once(put, 'response');

    assert.equal(response.statusCode, 200);
    assert.equal(await api.ended(), 0, api.output);
  });

  test('is loaded by the framework without a library that looks for its package.json', async () => {
    const trace = join(import.meta.dirname, '../support/trace-imports.mjs');
    const api = await start('api', { NODE_OPTIONS: `--import=${trace}` });
    await api.untilAnswers();
    await api.stop();

    assert.match(api.output, /loaded file:.*functions-framework/);
    assert.doesNotMatch(api.output, /read-package-up/);
  });

  test('ends at once when there is nothing under way', async () => {
    const probe = await start('probe');
    await probe.untilAnswers();
    probe.signal('SIGTERM');

    assert.equal(await probe.ended(), 0, probe.output);
  });

  test('says which setting is missing instead of starting without it', async () => {
    const api = await start('api', { PINWARD_MACHINE_TOKEN: '', PINWARD_ADMIN_TOKEN: '' });

    assert.equal(await api.ended(), 1);
    assert.match(api.output, /^Pinward did not start: nobody could call: set PINWARD_/m);
    assert.doesNotMatch(api.output, /syntax error/);
  });

  test('answers malformed JSON with its own problem, not with the HTML of the framework', async () => {
    const api = await start('api');
    await api.untilAnswers();
    const response = await fetch(`${api.url}/v1/policy`, {
      method: 'PUT',
      headers: { ...adminHeaders, 'If-Match': '*' },
      body: '{',
    });
    await api.stop();

    assert.equal(response.headers.get('content-type'), 'application/problem+json');
    assert.match(await response.text(), /"code": "json_malformed"/);
  });
});

function start(target: Target, over: Record<string, string> = {}): Promise<Deployed> {
  const file = join(mkdtempSync(join(tmpdir(), 'pinward-')), 'pinward.db');
  return Deployed.start(target, { GOOGLE_CLOUD_PROJECT: 'demo-pinward', PINWARD_SQLITE: file, ...tokens, ...over });
}
