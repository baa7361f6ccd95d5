// Fleet tokens: made once, kept as a hash, limited to reading, with labels, an end, and a last use that costs no poll a write.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { IssuedReply, TokensReply } from '../../../functions/api/admin/schemas/access.ts';
import { openAuthenticator } from '../../../functions/api/auth/open-authenticator.ts';
import { openSqlite } from '../../../shared/adapters/sqlite.ts';
import type { Store, Write } from '../../../shared/ports.ts';
import { testKeys } from '../../support/document-keys.ts';
import { adminToken, asAdmin } from '../../support/service.ts';
import { silentLog } from '../../support/silent-log.ts';
import { startWorld, type World } from './callers-world.ts';
import { bearer } from './refusals.ts';

const seconds = 1000;
const days = 86_400 * seconds;

describe('a fleet token', () => {
  let world: World;

  beforeEach(async () => {
    world = await startWorld();
    await world.service.state();
  });
  afterEach(() => world.close());

  const post = (path: string, body: object) => world.service.ask().post(path).set(asAdmin).send(body);
  const issue = async (request: object = {}) =>
    IssuedReply.parse((await post('/v1/tokens', { name: 'agents', ...request }).expect(200)).body);
  const list = async () =>
    TokensReply.parse((await world.service.ask().get('/v1/tokens').set(asAdmin).expect(200)).body).tokens;
  const poll = (token: string) => world.call('GET', '/v1/pins.json', bearer(token));

  test('is shown once, of 256 random bits, and kept as its hash', async () => {
    const [first, second] = [await issue(), await issue({ name: 'others' })];
    const store = openSqlite(world.service.file, testKeys);
    const kept = await Promise.all([
      store.read('access', 'current'),
      store.list('event', { limit: 9, order: 'ascending' }),
    ]);
    await store.close();
    const shown = JSON.stringify([kept, await list(), world.service.logged, world.service.published]);

    assert.match(first.token, /^pinward_[A-Za-z0-9_-]{43}$/);
    assert.notEqual(first.token, second.token);
    assert.ok(!shown.includes(first.token) && shown.includes('"agents"'));
    assert.ok(!JSON.stringify(await list()).includes('sha256'));
  });

  test('polls, and looks only where it is for a reader; it changes nothing', async () => {
    const [machine, reader] = [await issue(), await issue({ name: 'ci', role: 'reader' })];
    const statuses = async (token: string) => [
      (await poll(token)).status,
      (await world.call('GET', '/v1/policy', bearer(token))).status,
      (await world.call('PUT', '/v1/policy', bearer(token))).status,
    ];

    assert.deepEqual(await statuses(machine.token), [200, 403, 403]);
    assert.deepEqual(await statuses(reader.token), [200, 200, 403]);
    await post('/v1/tokens', { name: 'mighty', role: 'editor' }).expect(422);
  });

  test('chooses the ring by its labels', async () => {
    const pilot = { name: 'pilot', match: ['label:team=sre'], pins: {} };
    await world.service.state({ rings: [pilot, { name: 'everyone', match: ['*'], pins: {} }] });
    const ringOf = async (token: string) => JSON.parse((await poll(token)).text).ring;

    assert.equal(await ringOf((await issue({ labels: { team: 'sre', site: 'b' } })).token), 'pilot');
    assert.equal(await ringOf((await issue({ name: 'plain', labels: { team: 'web' } })).token), 'everyone');
  });

  test('ends on its day, be it in use or not', async () => {
    const { token, expiresAt } = await issue({ days: 1 });
    assert.equal(Date.parse(expiresAt), world.service.time + days);
    world.service.time += days - 1;
    assert.equal((await poll(token)).status, 200);
    world.service.time += 1;

    assert.equal((await poll(token)).title, 'The token has expired');
    assert.deepEqual(
      (await list()).map(({ state }) => state),
      ['expired'],
    );
  });

  test('that is revoked is refused by this instance at once and by every other within 15 s', async () => {
    const { token } = await issue();
    const other = startOther();
    assert.equal(await other.admits(token), true);
    await post('/v1/tokens/agents/revoke', {}).expect(200);

    assert.equal((await poll(token)).title, 'The token was revoked');
    world.service.time += 15 * seconds - 1;
    assert.equal(await other.admits(token), true);
    world.service.time += 1;
    assert.equal(await other.admits(token), false);
    await other.close();
  });

  test('that is new is known to other instances when they next look', async () => {
    const other = startOther();
    assert.equal(await other.admits(`pinward_${'A'.repeat(43)}`), false);
    const { token } = await issue();

    world.service.time += 15 * seconds;
    assert.equal(await other.admits(token), true);
    await other.close();
  });

  test('shows the day of its last use, for one write a token, instance and day', async () => {
    const written: string[] = [];
    const other = startOther((writes) => written.push(...writes.map(({ kind }) => kind)));
    const { token } = await issue();
    assert.deepEqual(
      (await list()).map(({ lastUsed }) => lastUsed),
      [null],
    );
    for (let at = 0; at < 50; at++) {
      assert.equal(await other.admits(token), true);
      world.service.time += 20 * 60 * seconds;
    }

    assert.deepEqual(written, ['tokenUse', 'tokenUse']);
    assert.deepEqual(
      (await list()).map(({ lastUsed }) => lastUsed),
      ['2026-11-25'],
    );
    await other.close();
  });

  test('needs a name of its own, and a revoked one keeps it for 30 days', async () => {
    await issue();
    await post('/v1/tokens/agents/revoke', {}).expect(200);
    const again = await post('/v1/tokens/agents/revoke', {}).expect(200);
    const taken = await post('/v1/tokens', { name: 'agents' }).expect(409);
    const nobody = await post('/v1/tokens/nobody/revoke', {}).expect(404);

    assert.deepEqual(
      [again.body.changed, taken.body.code, nobody.body.code],
      [false, 'token_name_taken', 'token_unknown'],
    );
    world.service.time += 30 * days;
    await issue();
  });

  test('that is asked for wrongly is told what is wrong', async () => {
    const rows: readonly (readonly [object, string])[] = [
      [{}, '/name'],
      [{ name: 'Ünicode' }, '/name'],
      [{ name: 'a', days: 0 }, '/days'],
      [{ name: 'a', days: 367 }, '/days'],
      [{ name: 'a', labels: { 'a=b': 'c' } }, '/labels/a=b'],
      [{ name: 'a', labels: { a: 'b c' } }, '/labels/a'],
      [{ name: 'a', labels: JSON.parse('{"__proto__": "x"}') }, '/labels/__proto__'],
      [{ name: 'a', sha256: 'x' }, '/sha256'],
    ];
    for (const [request, field] of rows) {
      const { body } = await world.service.ask().post('/v1/tokens').set(asAdmin).send(request).expect(422);
      assert.deepEqual([body.code, body.field], ['access_invalid', field]);
    }
  });

  /** Another instance on the same store: whether it lets a token in. */
  function startOther(committed: (writes: readonly Write[]) => void = () => undefined) {
    const store = openSqlite(world.service.file, testKeys);
    const watched: Store = {
      read: (kind, id) => store.read(kind, id),
      list: (kind, page) => store.list(kind, page),
      commit(writes) {
        committed(writes);
        return store.commit(writes);
      },
      close: () => store.close(),
    };
    const settings = { PINWARD_ADMIN_TOKEN: adminToken };
    const authenticator = openAuthenticator(settings, {
      store: watched,
      clock: () => world.service.time,
      log: silentLog,
    });
    const admits = async (token: string) => {
      const caller = await authenticator.identify({ authorization: `Bearer ${token}`, assertion: undefined });
      return caller.ok;
    };
    return { admits, close: () => store.close() };
  }
});
