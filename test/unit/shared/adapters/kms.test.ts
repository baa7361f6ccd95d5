// Cloud KMS by its real client, against a stand-in that speaks its protocol.

import assert from 'node:assert/strict';
import { createHash, createPublicKey } from 'node:crypto';
import { createServer } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { crc32cOf, type Kms, type KmsOptions, openKms } from '../../../../shared/adapters/kms.ts';
import { type FakeKms, type HealthIssue, startFakeKms } from '../../../support/fakes/kms.ts';
import { isMissing } from '../../../support/needs.ts';
import { isSigned } from '../../../support/openssl.ts';

describe('a key of Cloud KMS', { skip: isMissing('openssl') }, () => {
  test('signs a text so that openssl verifies it', async (t) => {
    const { fake, kms } = await meet(t);
    const key = fake.makeKey();
    const signed = await kms.signer(key.name).sign('text\n');

    assert.ok(signed.ok);
    assert.ok(isSigned('text\n', signed.value, key.pem));
    assert.ok(!isSigned('Text\n', signed.value, key.pem));
  });

  test('is named by the hash of its public half, for which it is asked once', async (t) => {
    const { fake, kms } = await meet(t);
    const key = fake.makeKey();
    const signer = kms.signer(key.name);
    const der = createPublicKey(key.pem).export({ type: 'spki', format: 'der' });
    const sha256 = createHash('sha256').update(der).digest('hex');

    for (let time = 0; time < 3; time++) {
      assert.deepEqual(await signer.publicKey(), { ok: true, value: { id: sha256.slice(0, 16), sha256, der } });
    }
    assert.deepEqual(fake.calls(), { publicKey: 1, sign: 0 });
  });

  test('is unavailable, and then well again by the same client, when Cloud KMS fails', async (t) => {
    const { fake, kms } = await meet(t, { timeoutMs: 400 });
    const signer = kms.signer(fake.makeKey().name);
    fake.healthIssue('unavailable');
    const failed = [await signer.publicKey(), await signer.sign('text')];
    fake.healthIssue(null);
    const well = [await signer.publicKey(), await signer.sign('text')];

    assert.deepEqual(failed.map(codeOf), ['signer_unavailable', 'signer_unavailable']);
    assert.deepEqual(well.map(codeOf), ['ok', 'ok']);
  });

  test('is unavailable when its time is over', async (t) => {
    const { fake, kms } = await meet(t, { timeoutMs: 300 });
    const signer = kms.signer(fake.makeKey().name);
    fake.healthIssue('hang');

    assert.deepEqual((await Promise.all([signer.publicKey(), signer.sign('text')])).map(codeOf), [
      'signer_unavailable',
      'signer_unavailable',
    ]);
  });

  test('is unavailable when nobody listens', async (t) => {
    const free = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => free.once('listening', resolve));
    const address = free.address();
    assert.ok(typeof address === 'object' && address !== null);
    await new Promise((resolve) => free.close(resolve));
    const kms = openKms({ endpoint: `127.0.0.1:${address.port}`, timeoutMs: 300 });
    t.after(() => kms.close());

    assert.equal(codeOf(await kms.signer(`${ring}/1`).sign('text')), 'signer_unavailable');
  });

  const spoiled: readonly (readonly [HealthIssue, RegExp, RegExp])[] = [
    ['damaged', /signature arrived damaged/, /public key arrived damaged/],
    ['no checksum', /signature arrived damaged/, /public key arrived damaged/],
    ['another key', /signed with another key/, /returned another key/],
    ['disabled', /not enabled/, /not enabled/],
  ];
  for (const [healthIssue, onSign, onKey] of spoiled) {
    test(`takes no answer that is ${healthIssue}`, async (t) => {
      const { fake, kms } = await meet(t);
      const signer = kms.signer(fake.makeKey().name);
      fake.healthIssue(healthIssue);

      assert.match(detailOf(await signer.sign('text')), onSign);
      assert.match(detailOf(await signer.publicKey()), onKey);
      fake.healthIssue(null);
      assert.deepEqual([await signer.sign('text'), await signer.publicKey()].map(codeOf), ['ok', 'ok']);
    });
  }

  test('takes no signature on a digest that Cloud KMS could not check', async (t) => {
    const { fake, kms } = await meet(t);
    fake.healthIssue('digest unchecked');

    assert.match(detailOf(await kms.signer(fake.makeKey().name).sign('text')), /did not check the checksum/);
  });

  test('of another algorithm is refused by name', async (t) => {
    const { fake, kms } = await meet(t);
    const key = fake.makeKey('EC_SIGN_SECP256K1_SHA256');

    assert.match(detailOf(await kms.signer(key.name).publicKey()), /EC_SIGN_SECP256K1_SHA256.*EC_SIGN_P256_SHA256/);
  });

  test('is a version: the name of a key alone is refused at once', () => {
    const kms = openKms({ endpoint: '127.0.0.1:1' });
    for (const name of ['', 'answers', ring, `${ring}/`, `${ring}/latest`, `${ring}/1/x`, `x/${ring}/1`]) {
      assert.throws(() => kms.signer(name), /not the name of a key version/);
    }
  });

  test('takes one connection, however many keys', async (t) => {
    const { fake, kms } = await meet(t);
    const signers = [1, 2, 3].map(() => kms.signer(fake.makeKey().name));
    const signed = await Promise.all(signers.flatMap((each) => [each.publicKey(), each.sign('text')]));

    assert.deepEqual([...new Set(signed.map(codeOf))], ['ok']);
    assert.deepEqual(fake.calls(), { publicKey: 3, sign: 3 });
    assert.equal(fake.connections(), 1);
  });
});

test('CRC-32C is as RFC 3720 has it', () => {
  const cases: readonly (readonly [Uint8Array, number])[] = [
    [Buffer.from('123456789'), 0xe3069283],
    [new Uint8Array(32), 0x8a9136aa],
    [new Uint8Array(32).fill(0xff), 0x62a8ab43],
    [Uint8Array.from({ length: 32 }, (_, at) => at), 0x46dd794e],
    [new Uint8Array(0), 0],
  ];
  for (const [bytes, crc] of cases) assert.equal(crc32cOf(bytes), crc);
});

const ring = 'projects/acme/locations/europe/keyRings/pinward/cryptoKeys/answers/cryptoKeyVersions';

type Outcome = Awaited<ReturnType<ReturnType<Kms['signer']>['publicKey' | 'sign']>>;

function codeOf(outcome: Outcome): string {
  return outcome.ok ? 'ok' : outcome.fault.code;
}

function detailOf(outcome: Outcome): string {
  return outcome.ok || !('detail' in outcome.fault) ? assert.fail('it went well') : outcome.fault.detail;
}

async function meet(t: TestContext, options: KmsOptions = {}): Promise<{ fake: FakeKms; kms: Kms }> {
  const fake = await startFakeKms();
  const kms = openKms({ ...options, endpoint: fake.endpoint });
  t.after(async () => {
    await kms.close();
    fake.close();
    assert.deepEqual(fake.complaints, []);
  });
  return { fake, kms };
}
