// Changing the policy and looking back, as an admin does it.

import assert from 'node:assert/strict';
import { after, beforeEach, describe, test } from 'node:test';
import type { PinChange } from '../../../shared/domain/changes/pin-change.ts';
import { findBreak } from '../../../shared/domain/events/event.ts';
import { asAdmin, asMachine, type Service, startService } from '../../support/service.ts';
import { draft, pins } from '../../support/world.ts';

describe('the policy', () => {
  let service: Service;
  const services: Service[] = [];

  beforeEach(() => {
    service = startService();
    services.push(service);
  });
  after(() => Promise.all(services.map((each) => each.close())));

  const put = (body: object, ifMatch: string, query = '') =>
    service.ask().put(`/v1/policy${query}`).set(asAdmin).set('If-Match', ifMatch).send(body);
  const movePin = (model: string, ifMatch: string, query = '') =>
    service.ask().put(`/v1/rings/everyone/pins/opus${query}`).set(asAdmin).set('If-Match', ifMatch).send({ model });
  const currentPolicy = async () => (await service.ask().get('/v1/policy').set(asAdmin).expect(200)).body;

  test('is stated first with If-Match "0" and read back as it was stated', async () => {
    const { body, headers } = await put(draft(), '"0"').expect(200);
    const read = await service.ask().get('/v1/policy').set(asAdmin).expect(200);

    assert.equal(body.revision, 1);
    assert.equal(body.changed, true);
    assert.equal(headers['etag'], '"1"');
    assert.equal(read.headers['etag'], '"1"');
    assert.equal(read.body.rings[0].pins.opus.model, pins.opus.model);
  });

  test('can be sent back as it was read', async () => {
    await put(draft(), '"0"').expect(200);
    const { body } = await put(await currentPolicy(), '"1"').expect(200);

    assert.deepEqual([body.revision, body.changed, body.changes, body.pinChanges], [1, false, [], []]);
  });

  test('is not changed without If-Match', async () => {
    const { body } = await service.ask().put('/v1/policy').set(asAdmin).send(draft()).expect(428);

    assert.equal(body.code, 'precondition_required');
    assert.equal(body.field, 'If-Match');
  });

  test('is not changed on top of what the author has not seen', async () => {
    await put(draft(), '"0"').expect(200);
    await movePin('claude-opus-4-7', '"1"').expect(200);
    const { body } = await movePin('claude-opus-5', '"1"').expect(412);

    assert.equal(body.code, 'revision_conflict');
    assert.equal(body.current, 2);
    assert.equal((await currentPolicy()).rings[0].pins.opus.model, 'claude-opus-4-7');
  });

  test('takes the same wish twice without a second revision, so that a lost answer can be asked for again', async () => {
    await put(draft(), '"0"').expect(200);
    await movePin('claude-opus-4-7', '"1"').expect(200);
    const { body } = await movePin('claude-opus-4-7', '"1"').expect(200);

    assert.equal(body.revision, 2);
    assert.equal(body.changed, false);
  });

  test('shows what a change would do, and commits nothing, on a dry run', async () => {
    await put(draft(), '"0"').expect(200);
    const { body } = await movePin('claude-opus-4-7', '"1"', '?dry-run').expect(200);

    assert.equal(body.revision, 2);
    assert.deepEqual(body.changes, [
      { path: '/rings/everyone/pins/opus/model', from: 'claude-opus-4-8', to: 'claude-opus-4-7' },
    ]);
    assert.deepEqual(
      body.pinChanges.map(({ ring, family, from, to }: PinChange) => [
        ring,
        family,
        from?.model,
        to?.model,
        to?.location,
      ]),
      [['everyone', 'opus', 'claude-opus-4-8', 'claude-opus-4-7', 'global']],
    );
    assert.equal((await currentPolicy()).rings[0].pins.opus.model, 'claude-opus-4-8');
  });

  test('is refused with each thing wrong, its place and its fix', async () => {
    const rings = [{ name: 'everyone', match: ['*'], pins: { opus: { model: 'claude-opus-4-8[1m]' } }, color: 'red' }];
    const { body } = await put(draft({ rings, location: 'us-east5-a' }), '"0"').expect(422);

    assert.equal(body.code, 'policy_invalid');
    assert.deepEqual(
      body.findings.map(({ code, path }: { code: string; path: string }) => [code, path]),
      [
        ['location_form', '/location'],
        ['model_id', '/rings/0/pins/opus/model'],
        ['key_unknown', '/rings/0/color'],
      ],
    );
    assert.match(body.findings[0].fix, /us-east5/);
    assert.match(body.findings[1].fix, /"context1m": true/);
  });

  test('has a history that is read page by page, newest first', async () => {
    await put(draft(), '"0"').expect(200);
    for (const model of ['claude-opus-4-7', 'claude-opus-4-8', 'claude-opus-5'])
      await movePin(model, '*', `?note=to+${model}`).expect(200);
    const first = await service.ask().get('/v1/revisions?limit=3').set(asAdmin).expect(200);
    const rest = await service.ask().get(`/v1/revisions?limit=3&before=${first.body.next}`).set(asAdmin).expect(200);

    const numbers = (body: { revisions: { number: number }[] }) => body.revisions.map(({ number }) => number);
    assert.deepEqual(numbers(first.body), [4, 3, 2]);
    assert.deepEqual(numbers(rest.body), [1]);
    assert.equal(rest.body.next, null);
    assert.equal(first.body.revisions[0].note, 'to claude-opus-5');
    assert.equal(first.body.revisions[0].by, 'admin');
  });

  test('is rolled back by a new revision with the old content', async () => {
    await put(draft(), '"0"').expect(200);
    await movePin('claude-opus-4-7', '"1"').expect(200);
    const { body } = await service
      .ask()
      .post('/v1/revisions/1/restore')
      .set(asAdmin)
      .set('If-Match', '"2"')
      .expect(200);
    const restored = await service.ask().get('/v1/revisions/3').set(asAdmin).expect(200);
    const poll = await service.ask().get('/v1/pins.json').set(asMachine).expect(200);

    assert.equal(body.revision, 3);
    assert.equal(restored.body.restores, 1);
    assert.equal(poll.body.pins.opus.model, 'claude-opus-4-8');
    assert.equal(poll.headers['pinward-revision'], '3');
  });

  test('can not be rolled back to a revision that never was', async () => {
    await put(draft(), '"0"').expect(200);
    const restore = await service.ask().post('/v1/revisions/9/restore').set(asAdmin).set('If-Match', '*').expect(404);
    const read = await service.ask().get('/v1/revisions/9').set(asAdmin).expect(404);
    const odd = await service.ask().get('/v1/revisions/latest').set(asAdmin).expect(400);

    assert.equal(restore.body.code, 'revision_unknown');
    assert.match(read.body.hint, /newest is 1/);
    assert.equal(odd.body.field, 'number');
  });

  test('leaves an unbroken chain of events behind, one a change', async () => {
    await put(draft(), '"0"').expect(200);
    await movePin('claude-opus-4-7', '"1"').expect(200);
    await movePin('claude-opus-4-7', '"2"').expect(200);
    const { body } = await service.ask().get('/v1/events').set(asAdmin).expect(200);

    assert.equal(findBreak(body.events.toReversed()), null);
    assert.deepEqual(
      body.events.map(({ kind, data }: { kind: string; data: { revision: number } }) => [kind, data.revision]),
      [
        ['PolicyChanged', 2],
        ['PolicyChanged', 1],
      ],
    );
  });

  test('is lost by none of many admins who write at once', async () => {
    await put(draft(), '"0"').expect(200);
    const models = ['claude-opus-4-7', 'claude-opus-5', 'claude-opus-5-5', 'claude-opus-4-8'];
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, at) => movePin(models[at % 4] ?? '', at % 2 === 0 ? '*' : '"1"')),
    );
    const acknowledged = answers
      .filter(({ status, body }) => status === 200 && body.changed)
      .map(({ body }) => body.revision);

    assert.ok(answers.every(({ status }) => status === 200 || status === 412));
    assert.equal(new Set(acknowledged).size, acknowledged.length);
    for (const number of acknowledged) await service.ask().get(`/v1/revisions/${number}`).set(asAdmin).expect(200);
  });

  test('is nothing that a machine may read or change', async () => {
    await put(draft(), '"0"').expect(200);
    for (const path of [
      '/v1/policy',
      '/v1/revisions',
      '/v1/revisions/1',
      '/v1/explain',
      '/v1/catalogue',
      '/v1/events',
    ]) {
      const { body } = await service.ask().get(path).set(asMachine).expect(403);
      assert.equal(body.code, 'forbidden');
      await service.ask().get(path).expect(401);
    }
    await service.ask().put('/v1/policy').set(asMachine).set('If-Match', '*').send(draft()).expect(403);
    await service.ask().post('/v1/revisions/1/restore').set(asMachine).set('If-Match', '*').expect(403);
  });
});
