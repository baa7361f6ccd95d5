// Health: what it says of a store that can't be read or written, and that it says it whatever hangs.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, test } from 'node:test';
import { HealthReply } from '../../functions/api/admin/schemas/health.ts';
import { limits } from '../../functions/api/traffic/rate-limit.ts';
import { openSqlite } from '../../shared/adapters/sqlite.ts';
import { fail } from '../../shared/domain/fault.ts';
import type { Signer, Store } from '../../shared/ports.ts';
import { testKeys } from '../support/document-keys.ts';
import { adminToken, asAdmin, asMachine, type Service, startService } from '../support/service.ts';
import { draft } from '../support/world.ts';

const never = new Promise<never>(() => undefined);

describe('health', () => {
  let service: Service;
  /** What happens to each commit; null for what the store does itself. */
  let onCommit: (() => ReturnType<Store['commit']>) | null = null;
  let isReadable = true;

  function start(keys: Parameters<typeof startService>[0] = {}): void {
    const sqlite = openSqlite(':memory:', testKeys);
    const store: Store = {
      read: (kind, id) => (isReadable ? sqlite.read(kind, id) : never),
      list: (kind, page) => (isReadable ? sqlite.list(kind, page) : never),
      commit: (writes) => onCommit?.() ?? sqlite.commit(writes),
      close: () => sqlite.close(),
    };
    [onCommit, isReadable] = [null, true];
    service = startService({ store, ...keys });
  }
  afterEach(async () => {
    service.server.close();
    service.server.closeAllConnections();
    await service.close();
  });

  const ask = async (headers: Record<string, string> = {}) => {
    const { status, body } = await service.ask().get('/v1/health').set(headers);
    return { httpStatus: status, ...HealthReply.parse(body) };
  };

  test('is degraded, and answers, while another process keeps the store locked', async () => {
    service = startService();
    await service.state();
    // A write that went well just now would be taken as an answer.
    service.time += 60_000;
    const holder = new DatabaseSync(service.file);
    holder.exec('BEGIN IMMEDIATE');
    const [health, pins] = await Promise.all([ask(), service.ask().get('/v1/pins.json?machine=a').set(asMachine)]);
    holder.close();

    assert.deepEqual([health.status, health.writable, pins.status], ['degraded', false, 200]);
  });

  test('is ok where pins can be served and policies written', async () => {
    start();
    await service.state();
    const health = await ask();

    assert.deepEqual(
      [health.httpStatus, health.status, health.revision, health.store, health.writable],
      [200, 'ok', 1, 'reachable', true],
    );
  });

  test('is degraded as soon as a change could not be written, and until something can be', async () => {
    start();
    await service.state();
    onCommit = async () => fail({ code: 'store_unavailable', detail: 'database or disk is full' });
    await service
      .ask()
      .put('/v1/policy')
      .set(asAdmin)
      .set('If-Match', '*')
      .send(draft({ project: 'acme-other' }))
      .expect(503);
    const full = await ask();
    service.time += 5_000;
    const stillFull = await ask();
    onCommit = null;
    service.time += 5_000;
    const mended = await ask();

    assert.deepEqual([full.status, full.store, full.writable], ['degraded', 'reachable', false]);
    assert.deepEqual([stillFull.status, mended.status], ['degraded', 'ok']);
  });

  test('finds a full disk although nobody changed anything, with one write however often it is asked', async () => {
    let writes = 0;
    start();
    await service.state();
    onCommit = async () => {
      writes += 1;
      return fail({ code: 'store_unavailable', detail: 'database or disk is full' });
    };
    service.time += 30_000;
    const [found] = await Promise.all([ask(), ask(), ask()]);
    for (let at = 0; at < 10; at++) await ask();

    assert.deepEqual([found?.status, found?.writable, writes], ['degraded', false, 1]);
  });

  test('answers while the store hangs, with any credential and none, and says what it can not reach', async () => {
    start();
    await service.state();
    service.time += 60_000;
    isReadable = false;
    onCommit = () => never;
    const credentials = [{}, asMachine, asAdmin, { Authorization: 'Bearer pinward_unknown' }];
    for (const health of await Promise.all(credentials.map(ask))) {
      assert.deepEqual(
        [health.status, health.store, health.writable, health.revision],
        ['degraded', 'unreachable', false, 1],
      );
    }
  });

  test('answers while the signer hangs and everybody waits for its keys', async () => {
    const hanging: Signer = { publicKey: () => never, sign: () => never };
    start({ keys: { organisation: 'acme.example', current: hanging, next: null, retiring: null } });
    await service.state();
    service.server.listen(0, '127.0.0.1');
    await once(service.server, 'listening');
    const { port } = service.server.address() as AddressInfo; // a listening TCP server's address has this form
    const waiting = new AbortController();
    const asking = Array.from({ length: 100 }, () =>
      fetch(`http://127.0.0.1:${port}/v1/keys`, { signal: waiting.signal }).catch(() => null),
    );
    const response = await fetch(`http://127.0.0.1:${port}/v1/health`);
    waiting.abort();
    await Promise.all(asking);

    assert.equal(response.status, 200);
  });

  test('has a limit for all who ask together, and is back with time', async () => {
    start();
    await service.state();
    const statuses = [];
    for (let at = 0; at <= limits.health.burst; at++) {
      statuses.push((await service.ask().get(at % 2 === 0 ? '/v1/health' : '/healthz')).status);
    }
    const { body } = await service.ask().get('/v1/health').expect(429).expect('Retry-After', '1');
    service.time += 1_000;

    assert.deepEqual(statuses, [...Array(limits.health.burst).fill(200), 429]);
    assert.equal(body.code, 'rate_limited');
    assert.equal((await ask()).status, 'ok');
  });

  test('tells on which day the admin token was used, on every instance, and the log tells at once', async () => {
    start();
    const before = await ask();
    await service.state();
    await service.ask().get('/v1/pins.json').set(asAdmin).expect(200);
    const after = await ask();
    const told = service.logged.filter((line) => line.includes('admin token used'));
    service.time += 60_000;
    await service.ask().get('/v1/policy').set(asAdmin).expect(200);

    assert.deepEqual(before.warnings, []);
    assert.match(after.warnings.join(), /^PINWARD_ADMIN_TOKEN was last used on 2026-11-24/);
    assert.deepEqual(told, ['{"message":"admin token used","uses":1}']);
    assert.ok(service.logged.includes('{"message":"admin token used","uses":2}'));
    assert.ok(!service.logged.some((line) => line.includes(adminToken)));
  });

  test('of another instance tells of the admin token, too, and nothing tells of tokens of machines', async () => {
    start();
    await service.state();
    const other = startService({}, { PINWARD_SQLITE: service.file });
    await other.state();
    const third = startService({}, { PINWARD_SQLITE: service.file });
    await third.ask().get('/v1/pins.json').set(asMachine);
    const { body } = await third.ask().get('/v1/health');
    await Promise.all([other.close(), third.close()]);

    assert.match(body.warnings.join(), /^PINWARD_ADMIN_TOKEN was last used on 2026-11-24/);
    assert.ok(!third.logged.some((line) => line.includes('admin token used')));
  });
});
