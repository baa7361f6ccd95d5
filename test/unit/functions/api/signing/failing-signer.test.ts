// A signer that fails, hangs or is slow: answers go out unsigned, and nobody waits long.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  createSignatures,
  retrySignerAfterMs,
  type SignatureHeaders,
  type Signatures,
} from '../../../../../functions/api/signing/signatures.ts';
import { isMissing } from '../../../../support/needs.ts';
import {
  answer,
  isStatementSigned,
  meetSigner,
  organisation,
  signaturesOf,
} from '../../../../support/signing-world.ts';

const unsigned = {
  headers: ['Pinward-Organisation', organisation, 'Pinward-Unsigned', 'signer unavailable'],
  isFinal: false,
};

describe('a signer in trouble', { skip: isMissing('openssl') }, () => {
  for (const healthIssue of ['unavailable', 'hang', 'damaged', 'no checksum', 'another key', 'disabled'] as const) {
    test(`leaves answers unsigned (${healthIssue}), is told of once, and signs again when it is well`, async (t) => {
      const isWaitedFor = healthIssue === 'hang' || healthIssue === 'unavailable';
      const world = await meetSigner(t, isWaitedFor ? 1_500 : 60_000);
      const signatures = signaturesOf(world);
      world.fake.healthIssue(healthIssue);
      assert.deepEqual(await signatures.sign(answer), unsigned);
      world.fake.healthIssue(null);
      assert.deepEqual(signatures.sign(answer), unsigned, 'it is not asked again at once');
      assert.deepEqual(signatures.sign({ ...answer, revision: 42 }), unsigned, 'nor for anything else');
      world.time += retrySignerAfterMs;

      assert.ok((await signatures.sign(answer)).isFinal);
      assert.deepEqual(world.logged, ['answers go out unsigned', 'answers are signed again']);
    });
  }

  test('is asked by one poll each ten seconds, and told of once, however long it takes', async (t) => {
    const world = await meetSigner(t);
    const signatures = signaturesOf(world);
    world.fake.healthIssue('disabled');
    await signatures.sign(answer);
    for (let round = 0; round < 3; round++) {
      world.time += retrySignerAfterMs;
      const trial = signatures.sign({ ...answer, revision: 50 });
      for (let revision = 51; revision < 60; revision++) {
        assert.deepEqual(signatures.sign({ ...answer, revision }), unsigned, 'the others do not wait for the trial');
      }
      assert.deepEqual(await trial, unsigned);
    }

    assert.equal(world.fake.calls().sign, 4);
    assert.deepEqual(world.logged, ['answers go out unsigned']);
  });

  test('keeps signing what it has signed', async (t) => {
    const world = await meetSigner(t);
    const signatures = signaturesOf(world);
    const signed = await signatures.sign(answer);
    world.fake.healthIssue('disabled');
    assert.deepEqual(await signatures.sign({ ...answer, revision: 42 }), unsigned);

    assert.equal(signatures.sign(answer), signed);
  });

  test('that is slow holds up a poll for four seconds; its signature is for those after it', async (t) => {
    const world = await meetSigner(t);
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const slow = Promise.withResolvers<void>();
    const { current } = world.keys();
    const sign = (text: string) => slow.promise.then(() => current.sign(text));
    const signatures = createSignatures(world.keys({ current: { ...current, sign } }), world.clock, world.log);
    const first = signatures.sign(answer);
    t.mock.timers.tick(3_999);
    assert.equal(await Promise.race([first, 'waits']), 'waits');
    t.mock.timers.tick(1);
    assert.deepEqual(await first, unsigned);
    t.mock.timers.reset();
    slow.resolve();

    const late = await firstSigned(signatures);
    assert.ok(isStatementSigned({ organisation, ...answer }, late.headers[3], world.key.pem));
    assert.equal(world.fake.calls().sign, 1);
    assert.deepEqual(world.logged, ['answers go out unsigned', 'answers are signed again']);
  });

  test('that throws is a signer in trouble', async (t) => {
    const world = await meetSigner(t);
    const current = { ...world.keys().current, sign: () => assert.fail('a bug') };

    assert.deepEqual(await createSignatures(world.keys({ current }), world.clock, world.log).sign(answer), unsigned);
  });

  test('is tried again, too, when the clock was set back', async (t) => {
    const world = await meetSigner(t);
    const signatures = signaturesOf(world);
    world.fake.healthIssue('disabled');
    await signatures.sign(answer);
    world.fake.healthIssue(null);
    world.time -= 3_600_000;

    assert.ok((await signatures.sign(answer)).isFinal);
  });
});

/** Without moving the clock: what comes then came late. */
async function firstSigned(signatures: Signatures): Promise<SignatureHeaders> {
  const end = performance.now() + 60_000;
  while (performance.now() < end) {
    const signed = await signatures.sign(answer);
    if (signed.isFinal) return signed;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return assert.fail('it was never signed');
}
