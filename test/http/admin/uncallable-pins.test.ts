// Stating pins while the probe's word stands against them, as an admin meets it.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { AvailabilityReply, ProblemReply } from '../../../functions/api/admin/schemas/common.ts';
import { openSqlite } from '../../../shared/adapters/sqlite.ts';
import { testKeys } from '../../support/document-keys.ts';
import { asAdmin, asMachine, type Service, startService } from '../../support/service.ts';
import { cell, matrix } from '../../support/world.ts';

describe('a pin that is not proven callable', () => {
  let service: Service;

  beforeEach(async () => {
    service = startService();
    await service.state();
    const store = openSqlite(service.file, testKeys);
    const cells = [
      cell('claude-opus-4-8'),
      cell('claude-opus-5', { state: 'not_enabled', evidence: 'NOT_FOUND: no access' }),
    ];
    await store.commit([{ kind: 'matrix', id: 'current', expect: 'any', value: matrix(cells) }]);
    await store.close();
  });
  afterEach(() => service.close());

  const move = (model: string, query = '') =>
    service.ask().put(`/v1/rings/everyone/pins/opus${query}`).set(asAdmin).set('If-Match', '*').send({ model });

  test('is refused with the evidence and the nearest callable choice, and nothing changes', async () => {
    const { body } = await move('claude-opus-5').expect(409);
    const poll = await service.ask().get('/v1/pins.json').set(asMachine).expect(200);

    const problem = ProblemReply.parse(body);
    assert.equal(problem.code, 'model_not_callable');
    assert.equal(problem.uncallablePins?.[0]?.evidence, 'NOT_FOUND: no access');
    assert.match(problem.hint, /Pin "claude-opus-4-8", which is callable there/);
    assert.equal(poll.body.pins.opus.model, 'claude-opus-4-8');
  });

  test('is refused in a dry run, too', async () => {
    await move('claude-opus-5', '?dry-run').expect(409);
  });

  test('passes with a reason, which the revision and the event keep', async () => {
    const { body } = await move('claude-opus-5', '?force=Google+enables+it+tonight').expect(200);
    const revision = await service.ask().get(`/v1/revisions/${body.revision}`).set(asAdmin).expect(200);
    const events = await service.ask().get('/v1/events').set(asAdmin).expect(200);

    assert.equal(revision.body.forced, 'Google enables it tonight');
    assert.equal(events.body.events[0].data.forced, 'Google enables it tonight');
  });

  test('is not called forced when nothing had to be', async () => {
    const { body } = await service
      .ask()
      .put('/v1/policy?force=just+in+case')
      .set(asAdmin)
      .set('If-Match', '*')
      .send({
        ...(await service.ask().get('/v1/policy').set(asAdmin)).body,
        settings: { model: 'opus' },
      });
    const revision = await service.ask().get(`/v1/revisions/${body.revision}`).set(asAdmin).expect(200);

    assert.equal(revision.body.forced, null);
  });

  test('may come back by a restore: what once stood is always within reach', async () => {
    await move('claude-opus-5', '?force=test').expect(200);
    await service.ask().post('/v1/revisions/1/restore').set(asAdmin).set('If-Match', '*').expect(200);
    await service.ask().post('/v1/revisions/2/restore').set(asAdmin).set('If-Match', '*').expect(200);
  });

  test('is seen in the matrix, with its evidence and its age', async () => {
    const { body } = await service.ask().get('/v1/availability').set(asAdmin).expect(200);

    const { endpoints } = AvailabilityReply.parse(body);
    assert.deepEqual(
      endpoints.map(({ model, state, ageSeconds }) => [model, state, ageSeconds]),
      [
        ['claude-opus-4-8', 'enabled', 3600],
        ['claude-opus-5', 'not_enabled', 3600],
      ],
    );
    await service.ask().get('/v1/availability').set(asMachine).expect(403);
  });
});
