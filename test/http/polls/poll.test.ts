// The poll as machines see it.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, beforeEach, describe, test } from 'node:test';
import { asAdmin, asMachine, type Service, startService } from '../../support/service.ts';
import { ring } from '../../support/world.ts';

describe('a poll', () => {
  let service: Service;
  const services: Service[] = [];

  beforeEach(async () => {
    service = startService();
    services.push(service);
    await service.state();
  });
  after(() => Promise.all(services.map((each) => each.close())));

  test('serves the exact bytes to write, tagged with their SHA-256', async () => {
    const { body, text, headers } = await service.ask().get('/v1/pins.settings.json').set(asMachine).expect(200);

    assert.equal(body.env.ANTHROPIC_DEFAULT_OPUS_MODEL, 'claude-opus-4-8');
    assert.equal(headers['etag'], `"${createHash('sha256').update(text).digest('hex')}"`);
    assert.equal(headers['content-type'], 'application/json; charset=utf-8');
    assert.equal(headers['pinward-revision'], '1');
    assert.equal(headers['pinward-valid-until'], '2026-12-02T00:00:00Z');
    assert.ok(text.endsWith('}\n'));
  });

  test('answers 304 with the same headers and no body to a machine that has them', async () => {
    const first = await service.ask().get('/v1/pins.sh').set(asMachine);
    const etag = String(first.headers['etag']);

    for (const tag of [etag, `"x", ${etag}`, `W/${etag}`, '*']) {
      const again = await service.ask().get('/v1/pins.sh').set(asMachine).set('If-None-Match', tag).expect(304);
      assert.equal(again.text, '');
      for (const name of ['etag', 'pinward-revision', 'pinward-poll-after', 'pinward-valid-until']) {
        assert.equal(again.headers[name], first.headers[name]);
      }
    }
    await service.ask().get('/v1/pins.sh').set(asMachine).set('If-None-Match', '"other"').expect(200);
  });

  test('answers HEAD like GET without the body', async () => {
    const get = await service.ask().get('/v1/pins.json').set(asMachine).expect(200);
    const head = await service.ask().head('/v1/pins.json').set(asMachine).expect(200);

    assert.equal(head.headers['etag'], get.headers['etag']);
    assert.equal(head.headers['content-length'], get.headers['content-length']);
    assert.equal(head.text ?? '', '');
  });

  test('chooses the format by Accept where the path names none', async () => {
    const sh = await service.ask().get('/v1/pins').set(asMachine).set('Accept', 'text/x-shellscript').expect(200);
    const json = await service.ask().get('/v1/pins').set(asMachine).expect(200);
    const refused = await service.ask().get('/v1/pins').set(asMachine).set('Accept', 'image/png').expect(406);

    assert.match(sh.text, /^export CLAUDE_CODE_USE_VERTEX='1'$/m);
    assert.equal(json.body.ring, 'everyone');
    assert.equal(refused.body.code, 'format_unsupported');
  });

  test('shows a change to the first poll after it, without reading the store', async () => {
    await service.ask().get('/v1/pins.json').set(asMachine).expect(200);
    const pin = { model: 'claude-opus-4-7' };
    await service.ask().put('/v1/rings/everyone/pins/opus').set(asAdmin).set('If-Match', '"1"').send(pin).expect(200);
    const { body, headers } = await service.ask().get('/v1/pins.json').set(asMachine).expect(200);

    assert.equal(body.pins.opus.model, 'claude-opus-4-7');
    assert.equal(headers['pinward-revision'], '2');
  });

  test('lets machines come back soon after a change and seldom when all is quiet', async () => {
    const soon = await service.ask().get('/v1/pins').set(asMachine);
    service.time += 11 * 60_000;
    const later = await service.ask().get('/v1/pins').set(asMachine);
    const [within30, within900] = [soon, later].map(({ headers }) => Number(headers['pinward-poll-after']));

    assert.ok(Number(within30) >= 24 && Number(within30) <= 30);
    assert.ok(Number(within900) >= 720 && Number(within900) <= 900);
    assert.equal(later.headers['etag'], soon.headers['etag']);
  });

  test('spreads machines, each of which keeps its own pace', async () => {
    service.time += 11 * 60_000;
    const ask = (machine: string) => service.ask().get(`/v1/pins?machine=${machine}`).set(asMachine);
    const paces = await Promise.all(
      ['a', 'b', 'c', 'd'].map(async (name) => (await ask(name)).headers['pinward-poll-after']),
    );

    assert.equal(new Set(paces).size, 4);
    assert.equal((await ask('a')).headers['pinward-poll-after'], paces[0]);
  });

  test('keeps its bytes from day to day and moves only the date until which they hold', async () => {
    const today = await service.ask().get('/v1/pins').set(asMachine);
    service.time += 24 * 3_600_000;
    const tomorrow = await service.ask().get('/v1/pins').set(asMachine);

    assert.equal(tomorrow.text, today.text);
    assert.equal(tomorrow.headers['pinward-valid-until'], '2026-12-03T00:00:00Z');
  });

  test('puts a machine into the ring that names it', async () => {
    const rings = [
      ring({ name: 'pilot', match: ['machine:laptop-7'], pins: { opus: { model: 'claude-opus-5-5' } } }),
      ring(),
    ];
    await service.state({ rings });
    const pilot = await service.ask().get('/v1/pins.json?machine=laptop-7').set(asMachine).expect(200);
    const other = await service.ask().get('/v1/pins.json?machine=laptop-8').set(asMachine).expect(200);

    assert.equal(pilot.body.ring, 'pilot');
    assert.equal(other.body.ring, 'everyone');
  });

  test('refuses a machine or CLI of a form that it does not know', async () => {
    for (const query of ['machine=a%2Fb', 'machine=%0a', `machine=${'x'.repeat(129)}`, 'cli=latest', 'cli=1.2']) {
      const { body } = await service.ask().get(`/v1/pins?${query}`).set(asMachine).expect(400);
      assert.equal(body.code, 'parameter_invalid');
      assert.equal(body.field, query.split('=')[0]);
    }
  });

  test('is for callers with a token only, and only to read', async () => {
    const stranger = await service.ask().get('/v1/pins').expect(401);
    const wrong = await service.ask().get('/v1/pins').set('Authorization', 'Bearer wrong').expect(401);
    const write = await service.ask().post('/v1/pins').set(asMachine).send({}).expect(405);

    assert.equal(stranger.body.code, 'unauthenticated');
    assert.equal(stranger.headers['www-authenticate'], 'Bearer realm="pinward"');
    assert.equal(wrong.body.code, 'unauthenticated');
    assert.equal(write.headers['allow'], 'GET, HEAD');
  });

  test('knows no pins beside those it names: unknown extensions are 406, longer paths 404', async () => {
    const odd = await service.ask().get('/v1/pins.xml').set(asMachine).expect(406);
    const longer = await service.ask().get('/v1/pinsets').set(asMachine).expect(404);

    assert.equal(odd.body.code, 'format_unsupported');
    assert.equal(longer.body.code, 'route_unknown');
  });

  test('says that no policy has been stated while there is none', async () => {
    const empty = startService();
    services.push(empty);
    const { body } = await empty.ask().get('/v1/pins').set(asMachine).expect(404);

    assert.equal(body.code, 'no_policy');
  });
});
