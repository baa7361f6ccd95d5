// The list of keys that anybody may read, and how one key takes over from another.

import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { describe, type TestContext, test } from 'node:test';
import { KeysReply } from '../../../functions/api/admin/schemas/keys.ts';
import { createKeyList, toKeySet, toLines } from '../../../functions/api/signing/key-list.ts';
import { retrySignerAfterMs, type SigningKeys } from '../../../functions/api/signing/signatures.ts';
import { publicKeyOf, voucherText } from '../../../shared/domain/serving/statement.ts';
import type { FakeKey } from '../../support/fakes/kms.ts';
import { isMissing } from '../../support/needs.ts';
import { isSigned } from '../../support/openssl.ts';
import { asMachine, startService } from '../../support/service.ts';
import { meetSigner, organisation, type SigningWorld } from '../../support/signing-world.ts';

const validUntil = '2026-12-02T00:00:00Z';

describe('the list of keys', { skip: isMissing('openssl') }, () => {
  test('is a JWK Set with each key in PEM beside it, and vouchers that openssl verifies', async (t) => {
    const { world, newer, older, keys } = await meetThree(t);
    const listed = KeysReply.parse(toKeySet(await listOf(world, keys)));

    assert.equal(listed.organisation, organisation);
    assert.deepEqual(
      listed.keys.map(({ kid, state, pem }) => ({ kid, state, pem })),
      [
        { kid: idOf(world.key), state: 'current', pem: world.key.pem },
        { kid: idOf(newer), state: 'next', pem: newer.pem },
        { kid: idOf(older), state: 'retiring', pem: older.pem },
      ],
    );
    for (const { pem, kty, crv, x, y } of listed.keys) {
      const key = createPublicKey({ key: { kty, crv, x, y }, format: 'jwk' });
      assert.equal(key.export({ format: 'pem', type: 'spki' }), pem);
    }
    assert.deepEqual(
      listed.vouchers.map(({ key, by, validUntil: until }) => ({ key, by, until })),
      [
        { key: idOf(newer), by: idOf(world.key), until: validUntil },
        { key: idOf(world.key), by: idOf(older), until: validUntil },
      ],
    );
    const [first, second] = listed.vouchers.map(({ signature }) => Buffer.from(signature, 'base64'));
    assert.ok(first !== undefined && second !== undefined);
    assert.ok(isSigned(textFor(newer), first, world.key.pem));
    assert.ok(isSigned(textFor(world.key), second, older.pem));
    assert.ok(!isSigned(textFor(older), first, world.key.pem), 'it is for that key only');
    assert.ok(!isSigned(textFor(newer).replace(organisation, 'mallory.example'), first, world.key.pem));
  });

  test('says the same in lines of words', async (t) => {
    const { world, newer, older, keys } = await meetThree(t);
    const list = await listOf(world, keys);
    const [first, second] = list.vouchers;

    assert.equal(
      toLines(list),
      `organisation ${organisation}
key ${idOf(world.key)} ${derOf(world.key).toString('base64')}
key ${idOf(newer)} ${derOf(newer).toString('base64')}
key ${idOf(older)} ${derOf(older).toString('base64')}
voucher ${idOf(newer)} by ${idOf(world.key)} ${validUntil} ${first?.signature}
voucher ${idOf(world.key)} by ${idOf(older)} ${validUntil} ${second?.signature}
`,
    );
  });

  test('asks the signers once a day, whoever asks how often', async (t) => {
    const { world, keys } = await meetThree(t);
    const list = createKeyList(keys, world.clock, world.log);
    await Promise.all(Array.from({ length: 100 }, list));
    world.time += 11 * 3_600_000;
    await list();
    assert.deepEqual(world.fake.calls(), { publicKey: 3, sign: 2 });
    world.time += 2 * 3_600_000;
    const tomorrow = await list();

    assert.deepEqual(world.fake.calls(), { publicKey: 3, sign: 4 });
    assert.equal(tomorrow.ok && tomorrow.value.vouchers[0]?.validUntil, '2026-12-03T00:00:00Z');
  });

  test('leaves out a key that can not be had, says so once in the log, and asks again after a while', async (t) => {
    const { world, keys } = await meetThree(t);
    const lost = world.kms.signer(`${world.key.name}9`);
    const list = createKeyList({ ...keys, retiring: lost }, world.clock, world.log);
    for (let time = 0; time < 3; time++) {
      const listed = await list();
      assert.deepEqual(listed.ok && listed.value.keys.map(({ state }) => state), ['current', 'next']);
      assert.equal(listed.ok && listed.value.vouchers.length, 1);
      world.time += retrySignerAfterMs;
    }

    assert.deepEqual(world.logged, ['keys or vouchers can not be had']);
    assert.deepEqual(world.fake.calls(), { publicKey: 5, sign: 3 });
  });

  test('is a fault for as long as the key that signs can not be had', async (t) => {
    const world = await meetSigner(t);
    const list = createKeyList(world.keys(), world.clock, world.log);
    world.fake.healthIssue('disabled');
    const down = await list();
    world.fake.healthIssue(null);
    world.time += retrySignerAfterMs;
    const well = await list();

    assert.equal(down.ok ? 'ok' : down.fault.code, 'signer_unavailable');
    assert.ok(well.ok);
  });
});

describe('GET /v1/keys', { skip: isMissing('openssl') }, () => {
  test('is for anybody, as JSON and as lines', async (t) => {
    const world = await meetSigner(t);
    const service = startService({ keys: world.keys() });
    t.after(() => service.close());
    const json = await service.ask().get('/v1/keys').expect(200);
    const text = await service.ask().get('/v1/keys.txt').expect(200);

    assert.equal(KeysReply.parse(json.body).keys[0]?.pem, world.key.pem);
    assert.equal(text.headers['content-type'], 'text/plain; charset=utf-8');
    assert.equal(
      text.text,
      `organisation ${organisation}\nkey ${idOf(world.key)} ${derOf(world.key).toString('base64')}\n`,
    );
  });

  test('has no keys where nothing is signed', async (t) => {
    const service = startService();
    t.after(() => service.close());
    const json = await service.ask().get('/v1/keys').set(asMachine).expect(200);
    const text = await service.ask().get('/v1/keys.txt').expect(200);

    assert.deepEqual(json.body, { organisation: null, keys: [], vouchers: [] });
    assert.equal(text.text, '');
  });

  test('says 503, and nothing of the inside, when the key can not be reached', async (t) => {
    const world = await meetSigner(t);
    const service = startService({ keys: world.keys() });
    t.after(() => service.close());
    world.fake.healthIssue('disabled');
    for (const path of ['/v1/keys', '/v1/keys.txt']) {
      const { body, text, headers } = await service.ask().get(path).expect(503);
      assert.equal(body.code ?? JSON.parse(text).code, 'signer_unavailable');
      assert.doesNotMatch(text, /projects\/|not enabled/);
      assert.equal(headers['retry-after'], '15');
    }
    assert.ok(service.logged.some((line) => line.includes('not enabled')));
  });
});

async function meetThree(
  t: TestContext,
): Promise<{ world: SigningWorld; newer: FakeKey; older: FakeKey; keys: SigningKeys }> {
  const world = await meetSigner(t);
  const [newer, older] = [world.fake.makeKey(), world.fake.makeKey()];
  const keys = world.keys({ next: world.kms.signer(newer.name), retiring: world.kms.signer(older.name) });
  return { world, newer, older, keys };
}

async function listOf({ clock, log }: SigningWorld, keys: SigningKeys) {
  const listed = await createKeyList(keys, clock, log)();
  return listed.ok ? listed.value : assert.fail(listed.fault.code);
}

function derOf({ pem }: FakeKey): Buffer {
  return createPublicKey(pem).export({ type: 'spki', format: 'der' });
}

function idOf(key: FakeKey): string {
  return publicKeyOf(derOf(key)).id;
}

function textFor(key: FakeKey): string {
  const { id, sha256 } = publicKeyOf(derOf(key));
  return voucherText({ organisation, key: id, sha256, validUntil });
}
