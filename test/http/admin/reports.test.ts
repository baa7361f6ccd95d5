// POST /v1/reports, as the agent calls it and as it must not be called.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { readAdoption } from '../../../functions/adoption/adoption.ts';
import { ProblemReply } from '../../../functions/api/admin/schemas/common.ts';
import { openSqlite } from '../../../shared/adapters/sqlite.ts';
import { failureRate } from '../../../shared/domain/serving/adoption.ts';
import { testKeys } from '../../support/document-keys.ts';
import { asAdmin, asMachine, type Service, startService } from '../../support/service.ts';
import { must } from '../../support/stores.ts';
import { ring } from '../../support/world.ts';

const good = { machine: 'laptop-7', cli: '2.1.331', revision: 1, outcome: 'applied' };

describe('a report', () => {
  let service: Service;
  const report = (body: unknown) =>
    service.ask().post('/v1/reports').set(asMachine).set('Content-Type', 'application/json').send(JSON.stringify(body));

  before(async () => {
    service = startService();
    await service.state();
  });
  after(() => service.close());

  test('of a machine is accepted, without If-Match, with or without a CLI and a reason', async () => {
    for (const body of [
      good,
      { machine: 'laptop-7', revision: 1, outcome: 'applied' },
      { ...good, cli: null, outcome: 'failed', reason: '' },
      { ...good, machine: 'a'.repeat(128), outcome: 'failed', reason: 'x'.repeat(300) },
    ]) {
      const answer = await report(body).expect(202);
      assert.deepEqual(answer.body, { accepted: true });
      assert.equal(answer.headers['etag'], undefined);
    }
  });

  for (const [words, body, field] of [
    ['without a machine', { ...good, machine: undefined }, '/machine'],
    ['with a machine of another form', { ...good, machine: 'laptop 7' }, '/machine'],
    ['with a machine that is a number', { ...good, machine: 7 }, '/machine'],
    ['with a CLI that is no version', { ...good, cli: 'latest' }, '/cli'],
    ['with half a revision', { ...good, revision: 1.5 }, '/revision'],
    ['with a revision as text', { ...good, revision: '1' }, '/revision'],
    ['with revision 0', { ...good, revision: 0 }, '/revision'],
    ['with a revision beyond the newest', { ...good, revision: 2 }, '/revision'],
    ['with another outcome', { ...good, outcome: 'crashed' }, '/outcome'],
    ['with an outcome that can not be made a text', { ...good, outcome: { toString: 1, valueOf: 2 } }, '/outcome'],
    ['with a reason that is too long', { ...good, reason: 'x'.repeat(301) }, '/reason'],
    ['with a reason that is a list', { ...good, reason: ['x'] }, '/reason'],
    ['with a field that no report has', { ...good, user: 'ada@example.com' }, '/user'],
    ['that is a list', [good], 'the body'],
    ['that is null', null, 'the body'],
    ['of another prototype', JSON.parse('{"__proto__": {"machine": "laptop-7"}, "outcome": "applied"}'), '/machine'],
  ] as const) {
    test(`${words} is refused, with the place of the fault`, async () => {
      const answer = await report(body).expect(400);

      assert.match(String(answer.headers['content-type']), /^application\/problem\+json/);
      const { code, field: at } = ProblemReply.parse(answer.body);
      assert.deepEqual([code, at], ['parameter_invalid', field]);
    });
  }

  test('that is not JSON, or said to be something else, is refused as anywhere', async () => {
    const ask = () => service.ask().post('/v1/reports').set(asMachine);
    const broken = await ask().set('Content-Type', 'application/json').send('{"machine":').expect(400);
    const form = await ask().type('form').send('machine=laptop-7').expect(415);
    const large = await report({ ...good, reason: 'x'.repeat(300_000) }).expect(413);

    assert.deepEqual(
      [broken.body.code, form.body.code, large.body.code],
      ['json_malformed', 'media_type_unsupported', 'body_too_large'],
    );
  });

  test('needs a caller that is known, and is read by nobody', async () => {
    await service.ask().post('/v1/reports').send(good).expect(401);
    await service.ask().post('/v1/reports').set(asAdmin).send(good).expect(202);
    await service.ask().get('/v1/reports').set(asAdmin).expect(405);
  });

  test('of a failure is a line in the log that plays no tricks on who reads it', async () => {
    const before = service.logged.length;
    await report({ ...good, outcome: 'failed', reason: 'no space\u001b[2J\r\nleft\u202e\ud800 on /etc' }).expect(202);

    const [line] = service.logged.slice(before).map((each) => JSON.parse(each));
    assert.deepEqual(line, {
      message: 'report failed',
      machine: 'laptop-7',
      cli: '2.1.331',
      agent: null,
      revision: 1,
      reason: 'no space [2J left on /etc'.replace('left on', 'left  on'),
    });
  });
});

test('reports are accepted before this instance has seen their revision, and counted when the service ends', async () => {
  const service = startService();
  await service.ask().get('/healthz').expect(200);
  const early = await service.ask().post('/v1/reports').set(asMachine).send(good).expect(404);
  await service.state();
  for (let machine = 0; machine < 5; machine++) {
    const outcome = machine < 2 ? 'failed' : 'applied';
    await service
      .ask()
      .post('/v1/reports')
      .set(asMachine)
      .send({ ...good, machine: `laptop-${machine}`, outcome })
      .expect(202);
  }
  await service.close();

  const store = openSqlite(service.file, testKeys);
  const { revisions } = await must(readAdoption(store));
  await store.close();
  assert.equal(early.body.code, 'no_policy');
  assert.deepEqual(
    revisions.map(({ revision, applied, failed }) => ({ revision, applied, failed })),
    [{ revision: 1, applied: 3, failed: 2 }],
  );
});

test('a report counts for the ring of its machine, whatever the fleet is like elsewhere', async () => {
  const service = startService();
  const pilot = ring({ name: 'pilot', match: ['machine:laptop-0', 'machine:laptop-1'] });
  await service.state({ rings: [pilot, ring()] });
  for (let machine = 0; machine < 5; machine++) {
    const body = { ...good, machine: `laptop-${machine}`, outcome: machine === 0 ? 'failed' : 'applied' };
    await service.ask().post('/v1/reports').set(asMachine).send(body).expect(202);
  }
  await service.close();

  const store = openSqlite(service.file, testKeys);
  const counts = await must(readAdoption(store));
  await store.close();
  assert.deepEqual(failureRate(counts, 1, 'pilot'), { reports: 2, failed: 1, rate: 0.5 });
  assert.deepEqual(failureRate(counts, 1, 'everyone'), { reports: 3, failed: 0, rate: 0 });
});

test('polls are counted by revision and ring, and so is who is held back by an old CLI', async () => {
  const service = startService();
  await service.state();
  const poll = (query: string) => service.ask().get(`/v1/pins.sh${query}`).set(asMachine).expect(200);
  const { headers } = await poll('?machine=laptop-1&cli=2.1.331');
  await poll('?machine=laptop-2&cli=2.1.331');
  await poll('?machine=laptop-3&cli=2.1.9');
  await poll('');
  await service.state({ settings: { model: 'opus' } });
  const etag = String(headers['etag']);
  await service.ask().get('/v1/pins.sh?machine=laptop-1').set(asMachine).set('If-None-Match', etag).expect(304);
  await service.close();

  const store = openSqlite(service.file, testKeys);
  const { machines, revisions, heldBack } = await must(readAdoption(store));
  await store.close();
  assert.equal(machines, 3);
  assert.deepEqual(
    revisions.map(({ revision, rings }) => ({ revision, rings })),
    [
      { revision: 2, rings: [{ ring: 'everyone', served: 1 }] },
      { revision: 1, rings: [{ ring: 'everyone', served: 2 }] },
    ],
  );
  assert.deepEqual(heldBack.map(({ family, machines: held }) => [family, held]).toSorted(), [
    ['opus', 1],
    ['sonnet', 1],
  ]);
});
