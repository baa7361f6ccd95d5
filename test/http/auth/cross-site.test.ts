// A foreign page in the browser of somebody whom Identity-Aware Proxy signs in: its calls change nothing, and read nothing.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { bindRoles, type Headers, startWorld, type World } from './callers-world.ts';

const host = 'pinward.test';

describe('a call by the identity of Identity-Aware Proxy', () => {
  let world: World;

  before(async () => {
    world = await startWorld();
    await world.service.state();
    await bindRoles(world);
  });
  after(() => world.close());

  /** Thawing needs no body and no If-Match: what a form can send. */
  const thaw = async (over: Headers) => {
    const assertion = await world.assertion({ email: 'owner@example.com' });
    const headers = { 'X-Goog-IAP-JWT-Assertion': assertion, ...over };
    return world.call('POST', '/v1/thaw', Object.entries(headers).flat());
  };
  const own = { 'X-Requested-With': 'pinward' };

  const refused: readonly (readonly [what: string, headers: Headers])[] = [
    ['the form of a page, which can add no header', {}],
    ['the form of a foreign page', { Origin: 'https://foreign.test', 'Sec-Fetch-Site': 'cross-site' }],
    ['a script of a foreign page', { ...own, Origin: 'https://foreign.test' }],
    ['a page of the same host on another port', { ...own, Origin: `https://${host}:8443` }],
    ['a page whose host only begins like ours', { ...own, Origin: `https://${host}.foreign.test` }],
    ['a sandboxed page', { ...own, Origin: 'null' }],
    ['a page of a sister site', { ...own, 'Sec-Fetch-Site': 'same-site' }],
    ['a page that the browser calls foreign', { ...own, 'Sec-Fetch-Site': 'cross-site' }],
  ];
  for (const [what, headers] of refused) {
    test(`from ${what} changes nothing`, async () => {
      const { status, code } = await thaw(headers);

      assert.deepEqual({ status, code }, { status: 403, code: 'cross_site' });
    });
  }

  const admitted: readonly (readonly [what: string, headers: Headers])[] = [
    ['a program that says so', own],
    ['a page of Pinward itself', { ...own, Origin: `https://${host}`, 'Sec-Fetch-Site': 'same-origin' }],
  ];
  for (const [what, headers] of admitted) {
    test(`from ${what} is admitted`, async () => assert.notEqual((await thaw(headers)).code, 'cross_site'));
  }

  test('is refused for every change that the API has', async () => {
    const document = JSON.parse((await world.call('GET', '/openapi.json', await world.as('owner@example.com'))).text);
    const changes = Object.entries<Record<string, unknown>>(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).flatMap((method) => (method === 'get' ? [] : [{ method: method.toUpperCase(), path }])),
    );
    assert.ok(changes.length > 10);
    const assertion = await world.assertion({ email: 'owner@example.com' });
    for (const { method, path } of changes) {
      const target = path.replace(/\{\w+\}/g, '1');
      const { code } = await world.call(method, target, { 'X-Goog-IAP-JWT-Assertion': assertion, 'If-Match': '*' });
      assert.equal(code, 'cross_site', `${method} ${path}`);
    }
  });

  test('may read without a header', async () => {
    const assertion = await world.assertion({ email: 'owner@example.com' });

    assert.equal((await world.call('GET', '/v1/policy', { 'X-Goog-IAP-JWT-Assertion': assertion })).status, 200);
  });
});

test('a bearer token, which no browser adds by itself, needs no header', async (t) => {
  const world = await startWorld();
  t.after(() => world.close());
  await world.service.state();
  await bindRoles(world);
  const headers = { ...(await world.as('owner@example.com')), Origin: 'https://tool.test' };

  assert.notEqual((await world.call('POST', '/v1/thaw', headers)).code, 'cross_site');
});
