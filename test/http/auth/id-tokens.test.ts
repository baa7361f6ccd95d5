// Tokens that Google signed: which are taken, how long they are remembered, and keys that come, go and can't be had.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { openAuthenticator } from '../../../functions/api/auth/open-authenticator.ts';
import { openSqlite } from '../../../shared/adapters/sqlite.ts';
import { testKeys } from '../../support/document-keys.ts';
import { asMachine } from '../../support/service.ts';
import { silentLog } from '../../support/silent-log.ts';
import { account, audience, bindRoles, type Headers, startWorld, type World } from './callers-world.ts';
import { asserted, bearer } from './refusals.ts';

const seconds = 1000;
const minutes = 60 * seconds;

describe('a signed token', () => {
  let world: World;

  beforeEach(async () => {
    world = await startWorld();
    await world.service.state();
    await bindRoles(world, { machine: [`email:${account}`] });
  });
  afterEach(() => world.close());

  const poll = async (headers: Headers) => (await world.call('GET', '/v1/pins.json', headers)).status;
  const look = async (headers: Headers) => (await world.call('GET', '/v1/policy', headers)).status;
  const tokenOf = async (over = {}) => bearer(await world.idToken(over));

  test('of anybody in the house may poll, and whoever has a role may do what it allows', async () => {
    const somebody = await tokenOf({ email: 'somebody@example.com' });
    const reader = await tokenOf();

    assert.deepEqual([await poll(somebody), await look(somebody)], [200, 403]);
    assert.deepEqual([await poll(reader), await look(reader)], [200, 200]);
  });

  test('is taken from both names of the issuer, for any audience and hosted domain of the settings', async () => {
    const rows = [
      { iss: 'accounts.google.com' },
      { aud: 'https://other.test' },
      { aud: ['https://third.test', 'https://other.test'] },
      { hd: 'example.org' },
      { email: 'Reader@Example.COM' },
    ];
    for (const over of rows) assert.equal(await look(await tokenOf(over)), 200, JSON.stringify(over));
  });

  test('of a service account needs a role of its own and no hosted domain', async () => {
    assert.equal(await poll(await tokenOf({ email: account, hd: undefined })), 200);
    assert.equal(await poll(await tokenOf({ email: `other-${account}`, hd: undefined })), 403);
  });

  test("of Identity-Aware Proxy is taken like Google's own", async () => {
    const headers = asserted(await world.assertion());

    assert.deepEqual([await poll(headers), await look(headers)], [200, 200]);
    assert.equal(world.google.fetches, 0);
  });

  test('is taken by clocks that differ by half a minute', async () => {
    const now = world.service.time / seconds;

    assert.equal(await poll(await tokenOf({ iat: now + 29, nbf: now + 29 })), 200);
    assert.equal(await poll(await tokenOf({ iat: now - 600, exp: now - 29 })), 200);
  });

  test('is verified once, remembered until it expires, and not a second longer', async () => {
    const headers = await tokenOf({ exp: world.service.time / seconds + 600 });
    assert.equal(await look(headers), 200);
    await world.google.rotate();
    world.google.isDown = true;

    world.service.time += 600 * seconds + 29 * seconds;
    assert.equal(await look(headers), 200);
    assert.equal(world.google.fetches, 1);
    world.service.time += seconds;
    const refused = await world.call('GET', '/v1/policy', headers);
    assert.deepEqual([refused.status, refused.title], [401, 'The token has expired']);
  });

  test('counts for an hour after it was issued, whatever it says itself and however lately it was used', async () => {
    const issued = world.service.time / seconds;
    for (const [name, sign] of [
      ['of Google', async (exp: number) => bearer(await world.idToken({ exp }))],
      ['of IAP', async (exp: number) => asserted(await world.assertion({ exp }))],
    ] as const) {
      const [used, unused] = [await sign(issued + 86_400), await sign(issued + 7_200)];
      for (const age of [0, 1_800, 3_599]) {
        world.service.time = (issued + age) * seconds;
        assert.equal(await look(used), 200, `${name}, ${age} s old`);
      }
      world.service.time = (issued + 3_600) * seconds;
      assert.deepEqual([await look(used), await look(unused)], [401, 401], name);
      world.service.time = issued * seconds;
    }
  });

  test('that failed is not remembered: what is wrong with it may be mended', async () => {
    const headers = await tokenOf({ nbf: world.service.time / seconds + 60 });
    assert.equal(await poll(headers), 401);
    world.service.time += minutes;

    assert.equal(await poll(headers), 200);
  });

  test('of a new key is taken with the first one, of a withdrawn key refused ten minutes later', async () => {
    const old = await tokenOf({ email: 'early@example.com' });
    const late = await tokenOf({ email: 'late@example.com' });
    assert.equal(await poll(old), 200);
    await world.google.rotate();
    world.service.time += minutes;

    assert.equal(await poll(await tokenOf()), 200);
    assert.equal(world.google.fetches, 2);
    assert.equal(await poll(late), 401);
  });

  test('of a withdrawn key is refused in ten minutes even if nobody brings one of the new', async () => {
    const [early, late, later] = await Promise.all(
      ['early', 'late', 'later'].map((name) => tokenOf({ email: `${name}@example.com` })),
    );
    assert.equal(await poll(early ?? {}), 200);
    await world.google.rotate();

    world.service.time += 10 * minutes - 1;
    assert.equal(await poll(late ?? {}), 200);
    world.service.time += 1;
    assert.equal(await poll(later ?? {}), 401);
    assert.equal(world.google.fetches, 2);
  });

  test('of made-up keys makes Pinward ask the issuer twice a minute at the most', async () => {
    for (let at = 0; at < 120; at++) {
      const { privateKey } = world.google.key();
      const forged = await world.google.sign({ iss: 'x' }, { kid: `made-up-${at}` }, privateKey);
      assert.equal(await poll(bearer(forged)), 401);
      world.service.time += 500;
    }

    assert.ok(world.google.fetches <= 3, `${world.google.fetches} fetches in a minute`);
  });

  test('of a known key is taken for a day while the issuer is down, and then it is the issuer that is missed', async () => {
    assert.equal(await poll(await tokenOf()), 200);
    world.google.isDown = true;

    world.service.time += 24 * 60 * minutes - 1;
    assert.equal(await poll(await tokenOf({ email: 'late@example.com' })), 200);
    world.service.time += 1;
    const { status, code } = await world.call('GET', '/v1/policy', await tokenOf({ email: 'later@example.com' }));
    assert.deepEqual([status, code], [503, 'issuer_unavailable']);
    assert.equal(await poll(asMachine), 200);
  });

  test('of a new key that can not be had is not called wrong, and taken once the issuer is back', async () => {
    assert.equal(await poll(await tokenOf()), 200);
    await world.google.rotate();
    world.google.isDown = true;
    world.service.time += minutes;
    const headers = await tokenOf({ email: 'new@example.com' });
    assert.equal(await poll(headers), 503);

    world.google.isDown = false;
    assert.equal(await poll(headers), 503);
    world.service.time += 5 * seconds;
    assert.equal(await poll(headers), 200);
  });

  test('is not pushed out of memory by tokens that nobody knows', async () => {
    const settings = { PINWARD_AUDIENCES: audience, PINWARD_HOSTED_DOMAINS: 'example.com' };
    const keys = { google: world.google.address, iap: world.iap.address };
    const store = openSqlite(':memory:', testKeys);
    const authenticator = openAuthenticator(settings, { store, clock: () => world.service.time, log: silentLog, keys });
    const { Authorization } = await tokenOf();
    const isKnown = async (authorization = Authorization) =>
      (await authenticator.identify({ authorization, assertion: undefined })).ok;
    assert.ok(await isKnown());
    for (let at = 0; at < 30_000; at++) assert.ok(!(await isKnown(`Bearer pinward_${at}`)));
    await world.google.rotate();
    world.service.time += 10 * minutes;

    assert.ok(await isKnown());
    await store.close();
  });

  test('gets the pins of its own holder, whatever the query says of it', async () => {
    const ring = (name: string, match: string) => ({ name, match: [match], pins: {} });
    const rings = [ring('hers', 'email:reader@example.com'), ring('labelled', 'label:team=sre'), ring('all', '*')];
    await world.service.state({ rings });
    const query = '?email=reader@example.com&label=team%3Dsre';
    const ringOf = async (headers: Headers) =>
      JSON.parse((await world.call('GET', `/v1/pins.json${query}`, headers)).text).ring;

    assert.equal(await ringOf(await tokenOf()), 'hers');
    assert.equal(await ringOf(await tokenOf({ email: 'somebody@example.com' })), 'all');
    assert.equal(await ringOf(asMachine), 'all');
  });
});
