// Polls that are signed, as machines see them: each format, whole or unchanged, by openssl.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, type TestContext, test } from 'node:test';
import { formats } from '../../../functions/api/polls/render/formats.ts';
import { retrySignerAfterMs, type SigningKeys } from '../../../functions/api/signing/signatures.ts';
import { isMissing } from '../../support/needs.ts';
import { asAdmin, asMachine, type Service, startService } from '../../support/service.ts';
import {
  isStatementSigned,
  meetSigner,
  organisation,
  readSignature,
  type SigningWorld,
} from '../../support/signing-world.ts';

interface Polled {
  readonly text?: string;
  readonly headers: Record<string, string>;
}

describe('a signed poll', { skip: isMissing('openssl') }, () => {
  for (const { extension } of formats) {
    test(`verifies with openssl as ${extension}, whole and unchanged`, async (t) => {
      const { world, service } = await meet(t);
      const whole: Polled = await service.ask().get(`/v1/pins${extension}`).set(asMachine).expect(200);
      const etag = String(whole.headers['etag']);
      const unchanged: Polled = await service
        .ask()
        .get(`/v1/pins${extension}`)
        .set(asMachine)
        .set('If-None-Match', etag)
        .expect(304);

      const sha256 = createHash('sha256').update(String(whole.text)).digest('hex');
      for (const { headers } of [whole, unchanged]) {
        assert.ok(
          isStatementSigned(statementOf(headers, extension, sha256), headers['pinward-signature'], world.key.pem),
        );
        assert.equal(headers['pinward-organisation'], organisation);
        assert.ok(!('pinward-unsigned' in headers));
      }
      assert.equal(world.fake.calls().sign, 1);
    });
  }

  test('is signed once, however many machines poll, and again when revision or day change', async (t) => {
    const { world, service } = await meet(t);
    const poll = async (machine: number) =>
      service.ask().get(`/v1/pins.sh?machine=m${machine}`).set(asMachine).expect(200);
    await Promise.all(Array.from({ length: 50 }, (_, machine) => poll(machine)));
    for (let machine = 50; machine < 100; machine++) await poll(machine);
    assert.equal(world.fake.calls().sign, 1);
    service.time += 11 * 60_000;
    await poll(1);
    assert.equal(world.fake.calls().sign, 1, 'the pace of polls is no news');
    service.time += 24 * 3_600_000;
    await poll(1);
    assert.equal(world.fake.calls().sign, 2);
    const pin = { model: 'claude-opus-4-7' };
    await service.ask().put('/v1/rings/everyone/pins/opus').set(asAdmin).set('If-Match', '*').send(pin).expect(200);
    await poll(1);

    assert.equal(world.fake.calls().sign, 3);
  });

  test('is answered at once, unsigned and with the reason, while the signer is down, and signed when it is back', async (t) => {
    const { world, service } = await meet(t);
    const poll = async (status: number, etag = '') =>
      service.ask().get('/v1/pins.settings.json').set(asMachine).set('If-None-Match', etag).expect(status);
    world.fake.healthIssue('disabled');
    const whole = await poll(200);
    const unchanged = await poll(304, whole.headers['etag']);
    world.fake.healthIssue(null);
    const soon = await poll(304, whole.headers['etag']);
    service.time += retrySignerAfterMs;
    const signed = await poll(304, whole.headers['etag']);

    for (const { headers } of [whole, unchanged, soon]) {
      assert.equal(headers['pinward-unsigned'], 'signer unavailable');
      assert.ok(!('pinward-signature' in headers));
    }
    assert.ok(readSignature(signed.headers['pinward-signature']));
    assert.ok(!('pinward-unsigned' in signed.headers));
    const told = service.logged.filter((line) => /unsigned|signed again/.test(line));
    assert.equal(told.length, 2);
  });

  test('says that nothing is signed where there is no key', async (t) => {
    const service = await stated(t);
    const { headers } = await service.ask().get('/v1/pins.sh').set(asMachine).expect(200);

    assert.equal(headers['pinward-unsigned'], 'no key');
    assert.ok(!('pinward-organisation' in headers));
  });

  test('goes over from one key to the next by a voucher, with no machine left behind', async (t) => {
    const world = await meetSigner(t);
    const newer = world.fake.makeKey();
    const [a, b] = [world.keys().current, world.kms.signer(newer.name)];
    const stages: readonly (readonly [Partial<SigningKeys>, string])[] = [
      [{ current: a }, world.key.pem],
      [{ current: a, next: b }, world.key.pem],
      [{ current: b, retiring: a }, newer.pem],
      [{ current: b }, newer.pem],
    ];
    const vouched: number[] = [];
    for (const [keys, pem] of stages) {
      const service = await stated(t, world.keys(keys));
      const { headers, text } = await service.ask().get('/v1/pins.sh').set(asMachine).expect(200);
      const { body } = await service.ask().get('/v1/keys').expect(200);
      const sha256 = createHash('sha256').update(text).digest('hex');
      assert.ok(isStatementSigned(statementOf(headers, '.sh', sha256), headers['pinward-signature'], pem));
      assert.equal(readSignature(headers['pinward-signature']).id, body.keys[0].kid);
      vouched.push(body.vouchers.length);
    }

    assert.deepEqual(vouched, [0, 1, 1, 0]);
  });
});

async function meet(t: TestContext): Promise<{ world: SigningWorld; service: Service }> {
  const world = await meetSigner(t);
  return { world, service: await stated(t, world.keys()) };
}

async function stated(t: TestContext, keys?: SigningKeys): Promise<Service> {
  const service = startService(keys === undefined ? {} : { keys });
  t.after(() => service.close());
  await service.state();
  return service;
}

function statementOf(headers: Record<string, string>, extension: string, sha256: string) {
  return {
    organisation,
    format: extension.slice(1),
    revision: Number(headers['pinward-revision']),
    sha256,
    validUntil: String(headers['pinward-valid-until']),
  };
}
