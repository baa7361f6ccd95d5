// Signatures of answers: one for each distinct statement, and none that keeps a machine from its pins.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSignatures } from '../../../../../functions/api/signing/signatures.ts';
import type { Statement } from '../../../../../shared/domain/serving/statement.ts';
import { isMissing } from '../../../../support/needs.ts';
import {
  answer,
  idOf,
  isStatementSigned,
  meetSigner,
  organisation,
  readSignature,
  signaturesOf,
} from '../../../../support/signing-world.ts';

describe('a signature', { skip: isMissing('openssl') }, () => {
  test('is one that openssl verifies, under the id of the key', async (t) => {
    const world = await meetSigner(t);
    const { headers, isFinal } = await signaturesOf(world).sign(answer);
    const [name, whose, header, value] = headers;

    assert.deepEqual(
      [name, whose, header, headers.length],
      ['Pinward-Organisation', organisation, 'Pinward-Signature', 4],
    );
    assert.equal(readSignature(value).id, await idOf(world.keys().current));
    assert.ok(isStatementSigned({ organisation, ...answer }, value, world.key.pem));
    assert.ok(isFinal);
  });

  test('holds for nothing but what it was made for: not a single line may differ', async (t) => {
    const world = await meetSigner(t);
    const { headers } = await signaturesOf(world).sign(answer);
    const stated = { organisation, ...answer };
    const tampered: readonly Statement[] = [
      { ...stated, organisation: 'mallory.example' },
      { ...stated, format: 'helper.json' },
      { ...stated, revision: 42 },
      { ...stated, sha256: `ba${'ab'.repeat(31)}` },
      { ...stated, validUntil: '2027-12-02T00:00:00Z' },
    ];

    for (const other of tampered) assert.ok(!isStatementSigned(other, headers[3], world.key.pem));
    assert.ok(!isStatementSigned(stated, headers[3], world.fake.makeKey().pem));
  });

  test('is made once, and then there at once, for ten thousand polls of the same answer', async (t) => {
    const world = await meetSigner(t);
    const signatures = signaturesOf(world);
    const first = await signatures.sign(answer);
    for (let poll = 1; poll < 10_000; poll++) assert.equal(signatures.sign({ ...answer }), first);

    assert.deepEqual(world.fake.calls(), { publicKey: 1, sign: 1 });
  });

  test('is made once when all polls come at the same moment', async (t) => {
    const world = await meetSigner(t);
    const signatures = signaturesOf(world);
    const signed = await Promise.all(Array.from({ length: 1_000 }, () => signatures.sign(answer)));

    assert.equal(new Set(signed).size, 1);
    assert.deepEqual(world.fake.calls(), { publicKey: 1, sign: 1 });
  });

  test('is made anew for another format, revision, content or day', async (t) => {
    const world = await meetSigner(t);
    const signatures = signaturesOf(world);
    const others = [
      answer,
      { ...answer, format: 'sh' },
      { ...answer, revision: 42 },
      { ...answer, sha256: 'cd'.repeat(32) },
      { ...answer, validUntil: '2026-12-03T00:00:00Z' },
    ];
    for (const other of [...others, ...others]) await signatures.sign(other);

    assert.equal(world.fake.calls().sign, others.length);
  });

  test('is remembered, but not without end', async (t) => {
    const world = await meetSigner(t);
    const signer = { ...world.keys().current, sign: async () => ({ ok: true, value: Buffer.of(signs++) }) as const };
    let signs = 0;
    const signatures = createSignatures(world.keys({ current: signer }), world.clock, world.log);
    for (let revision = 0; revision <= 5_000; revision++) await signatures.sign({ ...answer, revision });
    await signatures.sign({ ...answer, revision: 5_000 });
    assert.equal(signs, 5_001);
    await signatures.sign({ ...answer, revision: 0 });

    assert.equal(signs, 5_002);
  });

  test('is not there without a key, and the answer says so', () => {
    const signatures = createSignatures(null, Date.now, { info: assert.fail, warn: assert.fail, error: assert.fail });

    assert.deepEqual(signatures.sign(answer), { headers: ['Pinward-Unsigned', 'no key'], isFinal: true });
  });
});
