// What is bounded, asked over real connections: callers who come too often, and what waits.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { maxInFlight } from '../../../functions/api/traffic/load-shedding.ts';
import { limits } from '../../../functions/api/traffic/rate-limit.ts';
import { openSqlite } from '../../../shared/adapters/sqlite.ts';
import type { Store } from '../../../shared/ports.ts';
import { testKeys } from '../../support/document-keys.ts';
import { asAdmin, asMachine, type Service, startService } from '../../support/service.ts';
import { listen } from './listen.ts';

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await nextTurn();
}

/** Asks so often, a hundred at once; the statuses in the order of the calls, and the last Retry-After. */
async function askOften(times: number, ask: () => Promise<Response>) {
  const statuses: number[] = [];
  let retryAfter: string | null = null;
  while (statuses.length < times) {
    const answers = await Promise.all(Array.from({ length: Math.min(20, times - statuses.length) }, ask));
    for (const answer of answers) {
      statuses.push(answer.status);
      retryAfter = answer.headers.get('retry-after') ?? retryAfter;
      await answer.arrayBuffer();
    }
  }
  return { statuses, retryAfter };
}

describe('a caller who comes too often', () => {
  let service: Service;
  let url: string;

  before(async () => {
    service = startService();
    await service.state();
    url = await listen(service.server);
  });
  after(async () => {
    service.server.closeAllConnections();
    service.server.close();
    await service.close();
  });

  const poll = (machine: string, over = '') =>
    fetch(`${url}/v1/pins.json?machine=${machine}${over}`, { headers: asMachine });

  test('with one machine is told when to come again; other machines and the admin go on', async () => {
    const { statuses, retryAfter } = await askOften(limits.machine.burst + 1, () => poll('busy'));

    assert.deepEqual([...new Set(statuses)], [200, 429]);
    assert.equal(statuses.indexOf(429), limits.machine.burst);
    assert.equal(retryAfter, '1');
    assert.equal((await poll('quiet')).status, 200);
    assert.equal((await fetch(`${url}/v1/policy`, { headers: asAdmin })).status, 200);
    service.time += 100;
    assert.equal((await poll('busy')).status, 200);
  });

  test('by naming ever new versions is stopped, while known ones are answered', async () => {
    let version = 0;
    const { statuses } = await askOften(limits.version.burst + 1, () => {
      version += 1;
      return poll(`m${version % 50}`, `&cli=9.0.${version}`);
    });

    assert.equal(statuses.indexOf(429), limits.version.burst);
    assert.equal((await poll('m1', '&cli=9.0.1')).status, 200);
  });

  test('with reports of one machine is told so, and other machines report', async () => {
    const report = (machine: string) =>
      fetch(`${url}/v1/reports`, {
        method: 'POST',
        headers: { ...asMachine, 'Content-Type': 'application/json' },
        body: JSON.stringify({ machine, revision: 1, outcome: 'applied' }),
      });
    const { statuses } = await askOften(limits.machine.burst + 1, () => report('chatty'));

    assert.equal(statuses.indexOf(429), limits.machine.burst);
    assert.equal((await report('other')).status, 202);
  });

  test('as an admin is told so, and machines are answered', async () => {
    const read = () => fetch(`${url}/v1/catalogue`, { headers: asAdmin });
    const { statuses, retryAfter } = await askOften(limits.caller.burst + 1, read);

    assert.ok(statuses.includes(429));
    assert.equal(retryAfter, '1');
    assert.equal((await poll('quiet')).status, 200);
  });
});

test('while the store hangs, so many polls and reports wait and no more, refreshes less than logins; an admin gets in', {
  timeout: 60_000,
}, async () => {
  const kept = openSqlite(':memory:', testKeys);
  const { promise: hung, resolve: release } = Promise.withResolvers<null>();
  const store: Store = {
    read: (kind, id) => hung.then(() => kept.read(kind, id)),
    list: (kind, page) => kept.list(kind, page),
    commit: (writes) => kept.commit(writes),
    close: () => kept.close(),
  };
  const service = startService({ store });
  const url = await listen(service.server);
  try {
    const answers: { readonly status: number; readonly code: string; readonly retryAfter: number }[] = [];
    const ask = async (machine: string, held = {}) => {
      const answer = await fetch(`${url}/v1/pins.json?machine=${machine}`, { headers: { ...asMachine, ...held } });
      const { code } = await answer.json();
      answers.push({ status: answer.status, code, retryAfter: Number(answer.headers.get('retry-after')) });
    };
    const refreshes = Array.from({ length: maxInFlight.refresh + 5 }, (_, at) =>
      ask(`r${at}`, { 'If-None-Match': '"x"' }),
    );
    await until(() => answers.length === 5);
    const logins = Array.from({ length: maxInFlight.login - maxInFlight.refresh + 5 }, (_, at) => ask(`l${at}`));
    await until(() => answers.length === 10);
    const report = async (machine: string) => {
      const body = JSON.stringify({ machine, revision: 1, outcome: 'applied' });
      const headers = { ...asMachine, 'Content-Type': 'application/json' };
      const answer = await fetch(`${url}/v1/reports`, { method: 'POST', headers, body });
      const { code } = await answer.json();
      answers.push({ status: answer.status, code, retryAfter: Number(answer.headers.get('retry-after')) });
    };
    const reports = Array.from({ length: maxInFlight.report + 5 }, (_, at) => report(`m${at}`));
    await until(() => answers.length === 15);
    assert.ok(
      answers.every(({ status, code, retryAfter }) => status === 503 && code === 'overloaded' && retryAfter >= 30),
    );
    assert.equal((await fetch(`${url}/openapi.json`, { headers: asAdmin })).status, 200);
    release(null);
    await Promise.all([...refreshes, ...logins, ...reports]);
    const answered = () => answers.filter(({ code }) => code === 'no_policy').length;
    assert.equal(answered(), maxInFlight.login + maxInFlight.report);
    await Promise.all([ask('again'), report('again')]);
    assert.equal(answered(), maxInFlight.login + maxInFlight.report + 2);
  } finally {
    release(null);
    service.server.closeAllConnections();
    service.server.close();
    await service.close();
  }
});
