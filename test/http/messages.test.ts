// Messages tell what is wrong with the request that was sent, and nothing else.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { asAdmin, asMachine, type Service, startService } from '../support/service.ts';

describe('a problem', () => {
  let service: Service;

  before(async () => {
    service = startService();
    await service.state();
  });
  after(() => service.close());

  for (const [what, type, text] of [
    ['no body', null, ''],
    ['an empty body', 'application/json', ''],
    ['a body of blanks', 'application/json', ' \r\n\t '],
    ['an empty body of another type', 'text/plain', ''],
  ] as const)
    for (const [method, path] of [
      ['put', '/v1/policy'],
      ['put', '/v1/rings/everyone/pins/opus'],
      ['post', '/v1/reports'],
      ['put', '/v1/access'],
      ['post', '/v1/tokens'],
    ] as const)
      test(`of ${method} ${path} with ${what} says that the body is empty`, async () => {
        const request = service.ask()[method](path).set(asAdmin).set('If-Match', '*');
        const { status, body } = await (type === null ? request : request.set('Content-Type', type).send(text));

        assert.deepEqual([status, body.code, body.title], [400, 'json_malformed', 'The body is empty']);
      });

  test('of broken JSON does not say that it is empty', async () => {
    const request = service.ask().put('/v1/policy').set(asAdmin).set('If-Match', '*');
    const { body } = await request.set('Content-Type', 'application/json').send('{');

    assert.equal(body.title, 'The body is not valid JSON');
  });

  test('of an unknown token speaks of fleet tokens only to who sent one', async () => {
    const hintFor = async (token: string) => {
      const { status, body } = await service.ask().get('/v1/policy').set('Authorization', `Bearer ${token}`);
      assert.deepEqual([status, body.code], [401, 'unauthenticated']);
      return `${body.title} ${body.hint}`;
    };

    assert.doesNotMatch(await hintFor('a-wrong-admin-token-of-thirty-two-characters'), /fleet/i);
    assert.match(await hintFor(`pinward_${'x'.repeat(43)}`), /new fleet token/);
  });

  for (const path of [
    '/v1/rollouts/TEXT',
    '/v1/proposals/TEXT',
    '/v1/revisions/TEXT',
    '/v1/access/revisions/TEXT',
    '/v1/rollouts/TEXT/abort',
    '/v1/proposals/TEXT/approve',
    '/v1/revisions/TEXT/restore',
  ])
    for (const number of ['nope', '0', '1e1', '-1', '1.5', '9999999999'])
      test(`of ${path.replace('TEXT', number)} names what was sent, and no other number`, async () => {
        const isPost = /abort|approve|restore/.test(path);
        const target = path.replace('TEXT', number);
        const request = isPost ? service.ask().post(target).set('If-Match', '*') : service.ask().get(target);
        const { status, body } = await request.set(asAdmin);

        assert.equal(status, path.startsWith('/v1/revisions') ? 400 : 404);
        assert.match(body.code, /_unknown$|^parameter_invalid$/);
        assert.match(body.title, new RegExp(`(?:^| |")${number.replace('.', '\\.')}(?:$| |")`));
      });

  test('of a number that nothing has still names it', async () => {
    const { status, body } = await service.ask().get('/v1/rollouts/41').set(asAdmin);

    assert.deepEqual([status, body.title], [404, 'Rollout 41 does not exist']);
  });
});

test('a trailing slash is the same resource', async () => {
  const service = startService();
  await service.state();
  for (const path of ['/v1/policy', '/healthz', '/openapi.json', '/v1/revisions/1', '/v1/nowhere']) {
    const [plain, slashed] = await Promise.all(
      [path, `${path}/?`].map((target) => service.ask().get(target).set(asAdmin)),
    );
    assert.deepEqual([slashed?.status, slashed?.body], [plain?.status, plain?.body], path);
  }
  const pins = await service.ask().get('/v1/pins.sh/?machine=laptop-7').set(asMachine);
  await service.close();

  assert.equal(pins.status, 200);
});
