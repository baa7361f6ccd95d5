// From settings to who is let in; and what is remembered of callers, which is bounded.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { gcloudAudience } from '../../../functions/api/auth/issuers.ts';
import { openAuthenticator } from '../../../functions/api/auth/open-authenticator.ts';
import { createBoundedMap } from '../../../functions/api/caching/bounded-map.ts';
import type { Environment } from '../../../functions/environment.ts';
import { openSqlite } from '../../../shared/adapters/sqlite.ts';
import { testKeys } from '../../support/document-keys.ts';
import { adminToken, machineToken } from '../../support/service.ts';
import { silentLog } from '../../support/silent-log.ts';
import { now } from '../../support/world.ts';

const open = (environment: Environment) =>
  openAuthenticator(environment, { store: openSqlite(':memory:', testKeys), clock: () => now, log: silentLog });
const present = (token: string) => ({ authorization: `Bearer ${token}`, assertion: undefined });

describe('settings', () => {
  test('that would let nobody in are refused at start', () => {
    for (const environment of [{}, { PINWARD_ADMIN_TOKEN: '', PINWARD_AUDIENCES: ' , ', PINWARD_IAP_AUDIENCE: '' }]) {
      assert.throws(() => open(environment), /^Error: nobody could call: set PINWARD_AUDIENCES/);
    }
  });

  test('need no token of the environment where Google is believed', async () => {
    for (const environment of [{ PINWARD_AUDIENCES: 'https://x.test' }, { PINWARD_IAP_AUDIENCE: '/projects/1' }]) {
      const caller = await open(environment).identify(present(adminToken));
      assert.deepEqual(caller, { ok: false, fault: { code: 'unauthenticated', defect: 'unknown' } });
    }
  });

  test('with a token that can be guessed are refused at start', () => {
    const short = 'x'.repeat(31);

    assert.throws(() => open({ PINWARD_ADMIN_TOKEN: short }), /PINWARD_ADMIN_TOKEN is too short/);
    assert.throws(
      () => open({ PINWARD_ADMIN_TOKEN: adminToken, PINWARD_MACHINE_TOKEN: short }),
      /PINWARD_MACHINE_TOKEN/,
    );
  });

  test('with a token that is empty, or that no header can carry, are refused at start', () => {
    const google = { PINWARD_AUDIENCES: 'https://x.test' };
    for (const name of ['PINWARD_ADMIN_TOKEN', 'PINWARD_MACHINE_TOKEN']) {
      for (const empty of ['', '\n', '  ']) {
        assert.throws(
          () => open({ ...google, [name]: empty }),
          new RegExp(`^Error: ${name} is empty: give it a token`),
        );
      }
      for (const token of [`${adminToken}\n`, `${adminToken} `, `${adminToken}é`, `${adminToken},${adminToken}`]) {
        assert.throws(
          () => open({ ...google, [name]: token }),
          new RegExp(`^Error: ${name} has a space, a line break`),
        );
      }
    }
  });

  test("that take gcloud's own audience are told of in the log, and no other is", () => {
    const warned: string[] = [];
    const log = { ...silentLog, warn: (message: string) => warned.push(message) };
    const store = openSqlite(':memory:', testKeys);
    for (const audience of ['https://x.test', gcloudAudience]) {
      openAuthenticator({ PINWARD_AUDIENCES: audience }, { store, clock: () => now, log });
    }

    assert.deepEqual(warned, ['tokens of gcloud are accepted']);
  });

  test('that name no audience take no token of Google, however well signed', async () => {
    const authenticator = open({ PINWARD_ADMIN_TOKEN: adminToken });
    const unknown = { ok: false, fault: { code: 'unauthenticated', defect: 'unknown' } };

    assert.deepEqual(await authenticator.identify(present('a.b.c')), unknown);
    assert.deepEqual(await authenticator.identify({ authorization: undefined, assertion: 'a.b.c' }), unknown);
  });
});

test('a token of the environment is known at once, without a look into the store', () => {
  const authenticator = openAuthenticator(
    { PINWARD_ADMIN_TOKEN: adminToken, PINWARD_MACHINE_TOKEN: machineToken },
    {
      store: Object.assign(openSqlite(':memory:', testKeys), { read: () => assert.fail('it reads the store') }),
      clock: () => now,
      log: silentLog,
    },
  );
  const asked = [adminToken, machineToken, machineToken].map((token) => authenticator.identify(present(token)));

  const [admin, machine, again] = asked.map((answer) =>
    answer instanceof Promise || !answer.ok ? null : answer.value,
  );
  assert.deepEqual([admin?.role, machine?.role], ['owner', 'machine']);
  // The same object, by which what else is known of the caller is found.
  assert.equal(machine, again);
});

test('what is remembered lately is kept, what was not asked for is forgotten, and no value is wrong', () => {
  const keys = fc.array(fc.nat(40), { maxLength: 300 });
  const property = fc.property(keys, fc.integer({ min: 2, max: 20 }), (asked, most) => {
    const recent = createBoundedMap<number, { key: number }>(most);
    for (const [at, key] of asked.entries()) {
      const known = recent.get(key);
      if (known === undefined) recent.set(key, { key });
      else assert.equal(known.key, key);
      const since = new Set(asked.slice(asked.lastIndexOf(key, at - 1) + 1, at));
      const isFirst = at === 0 || asked.lastIndexOf(key, at - 1) === -1;
      if (isFirst) assert.equal(known, undefined);
      else if (since.size < Math.floor(most / 2)) assert.ok(known !== undefined, `${key} was forgotten too soon`);
      else if (since.size >= most) assert.equal(known, undefined, `${key} was never forgotten`);
    }
  });
  fc.assert(property, { numRuns: 500 });
});
