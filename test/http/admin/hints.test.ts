// Hints of refused calls: each says what to send instead, for the call that was made.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { asAdmin, startService } from '../../support/service.ts';
import { draft } from '../../support/world.ts';

const service = startService();
after(() => service.close());

describe('a refused call', () => {
  for (const path of ['/v1/policy', '/v1/access'])
    test(`of ${path} without If-Match is told where to get its ETag`, async () => {
      const { body } = await service.ask().put(path).set(asAdmin).send({}).expect(428);

      assert.ok(body.hint.includes(`(GET ${path})`), body.hint);
    });

  test('with a misspelt parameter is told which one it means, and with another which there are', async () => {
    const put = (query: string) =>
      service.ask().put(`/v1/policy?${query}`).set(asAdmin).set('If-Match', '*').send(draft()).expect(400);
    const [near, far] = [await put('dryrun'), await put('preview')];

    assert.equal(near.body.field, 'dryrun');
    assert.match(near.body.hint, /Did you mean dry-run\?$/);
    assert.match(far.body.hint, /but dry-run, note, force, at-once, probe\.$/);
  });

  test('with a body that is no policy is told what each value needs', async () => {
    const body = { ...draft(), rings: [{ name: 'all', pins: [] }], project: undefined };
    const refused = await service.ask().put('/v1/policy').set(asAdmin).set('If-Match', '*').send(body).expect(422);
    const messages = new Map(
      refused.body.findings.map(({ path, message }: { path: string; message: string }) => [path, message]),
    );

    assert.equal(messages.get('/project'), 'it is missing, and needs a text');
    assert.equal(messages.get('/rings/0/match'), 'it is missing, and needs a list');
    assert.equal(messages.get('/rings/0/pins'), 'needs an object, not a list');
  });
});
