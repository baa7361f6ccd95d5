// The log: Cloud Logging's fields, and never a secret.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { constants, mkdtempSync, openSync, readFileSync, readSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { createLog, traceOf } from '../../../functions/log.ts';
import { adminToken, asAdmin, asMachine, machineToken, startService } from '../../support/service.ts';
import { draft } from '../../support/world.ts';

describe('the log', () => {
  test('writes lines as Cloud Logging reads them', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'pinward-')), 'log');
    const log = createLog(openSync(file, 'w'));
    log.info('poll', { status: 304, machine: 'laptop-7' });
    log.error('bug', { error: 'boom' });
    while (readFileSync(file, 'utf8').split('\n').length < 3) await new Promise(setImmediate);
    const [first, second] = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));

    const { time, ...rest } = first;
    assert.deepEqual(rest, { severity: 'INFO', status: 304, machine: 'laptop-7', message: 'poll' });
    assert.ok(Number.isFinite(Date.parse(time)));
    assert.equal(second.severity, 'ERROR');
  });

  test('cuts a line that is too long, and writes one whose fields cannot be written', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'pinward-')), 'log');
    const log = createLog(openSync(file, 'w'));
    log.info('long', { text: 'é'.repeat(50_000) });
    log.info('odd', { count: 1n });
    while (readFileSync(file, 'utf8').split('\n').length < 3) await new Promise(setImmediate);
    const [long, odd] = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));

    assert.ok(long.cut.startsWith('{"text":"éé'));
    assert.match(odd.unprintable, /BigInt/);
  });

  test('loses lines when nobody reads, says how many, and goes on', async () => {
    const pipe = join(mkdtempSync(join(tmpdir(), 'pinward-')), 'pipe');
    execFileSync('mkfifo', [pipe]);
    const { O_RDWR, O_NONBLOCK, O_RDONLY } = constants;
    const log = createLog(openSync(pipe, O_RDWR | O_NONBLOCK));
    const reader = openSync(pipe, O_RDONLY | O_NONBLOCK);
    const lines = 1_000;
    for (let line = 0; line < lines; line++) log.info('line', { line, text: 'x'.repeat(500) });
    let text = '';
    const chunk = Buffer.alloc(65_536);
    while (!/"lines":\d+}\n/.test(text)) {
      await new Promise(setImmediate);
      try {
        text += chunk.toString('utf8', 0, readSync(reader, chunk));
      } catch {
        // Nothing to read yet.
      }
    }
    const read = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const lost = read.find(({ message }) => message === 'log lines lost').lines;

    assert.ok(lost > 0);
    assert.equal(read.filter(({ message }) => message === 'line').length, lines - lost);
  });

  test('ties a line to the trace of its request', () => {
    const id = '4bf92f3577b34da6a3ce929d0e0e4736';
    const expected = { 'logging.googleapis.com/trace': `projects/p/traces/${id}` };

    assert.deepEqual(traceOf({ 'x-cloud-trace-context': `${id}/1;o=1` }, 'p'), expected);
    assert.deepEqual(traceOf({ traceparent: `00-${id}-00f067aa0ba902b7-01` }, 'p'), expected);
    assert.deepEqual(traceOf({ traceparent: 'nonsense' }, 'p'), {});
    assert.deepEqual(traceOf({ traceparent: `00-${id}-00f067aa0ba902b7-01` }, null), {});
  });

  test('has one line a poll, and two a change, and in none of them a token', async () => {
    const service = startService();
    await service.state();
    const etag = (await service.ask().get('/v1/pins').set(asMachine)).headers['etag'];
    await service.ask().get(`/v1/pins?machine=m&cli=2.1.331`).set(asMachine).set('If-None-Match', String(etag));
    await service.ask().get('/v1/pins').set('Authorization', 'Bearer wrong-secret-token');
    await service.ask().get('/v1/pins?machine=%00').set(asMachine);
    await service
      .ask()
      .put('/v1/policy')
      .set(asAdmin)
      .set('If-Match', '"9"')
      .send(draft({ location: 'eu' }));
    await service.ask().get('/v1/policy').set('Authorization', `Basic ${adminToken}`);
    await service.close();

    const messages = service.logged.map((line) => JSON.parse(line).message);
    assert.deepEqual(messages, [
      'answers go out unsigned',
      'admin token used',
      'history head',
      'change',
      'poll',
      'poll',
      'poll refused',
      'poll refused',
      'change refused',
    ]);
    for (const secret of [adminToken, machineToken, 'wrong-secret-token']) {
      assert.ok(service.logged.every((line) => !line.includes(secret)));
    }
  });
});
