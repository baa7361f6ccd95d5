// What the Firestore store has beyond the contract: a line that breaks, and documents edited by hand.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { startFirestoreEmulator, whyNoEmulators } from '../../../functions/local/emulators.ts';
import { openTestFirestore } from '../../support/open-firestore.ts';
import { chainHead, faultOf, must, versionOf, writeJournal } from '../../support/stores.ts';
import { openLine } from './line.ts';

const skip = whyNoEmulators();
let emulator: Awaited<ReturnType<typeof startFirestoreEmulator>>;
before(async () => {
  if (skip === false) emulator = await startFirestoreEmulator();
});
after(() => emulator?.stop());

const all = { order: 'ascending', limit: 10 } as const;

describe('the firestore store behind a line', { skip, concurrency: true }, () => {
  for (const state of ['cut', 'clogged'] as const) {
    test(`that is ${state} is unavailable within 6 s, recovers, and nothing refused happens later`, async () => {
      await using line = await openLine(emulator.host);
      await using opened = await openTestFirestore(line.host, emulator.host);
      await must(opened.store.commit([writeJournal('a', 1)]));
      const expect = { version: await versionOf(opened.store, 'chainHead', 'a') };
      line.set(state);

      const sixSeconds = timer(6_000);
      const answers = [
        opened.store.read('chainHead', 'a'),
        opened.store.list('chainHead', all),
        opened.store.commit([writeJournal('a', 2, expect)]),
        opened.store.commit([writeJournal('b', 1)]),
      ];
      const faults = await Promise.race([Promise.all(answers.map(faultOf)), sixSeconds]);
      assert.deepEqual(
        faults?.map((fault) => fault?.code),
        answers.map(() => 'store_unavailable'),
      );

      line.set('open');
      await until(async () => (await opened.store.read('chainHead', 'a')).ok);
      await holdsFor(4_000, async () => {
        assert.deepEqual((await must(opened.other.read('chainHead', 'a')))?.value, chainHead(1));
        assert.equal(await must(opened.other.read('chainHead', 'b')), null);
      });
      await must(opened.store.commit([writeJournal('a', 3, expect)]));
    });
  }

  test('on which the answer to a commit got lost knows its own commit when it meets it', async () => {
    await using line = await openLine(emulator.host);
    await using opened = await openTestFirestore(line.host, emulator.host);
    assert.equal(await must(opened.store.read('chainHead', 'a')), null);
    line.set('deaf');

    const committed = opened.store.commit([writeJournal('a', 1, 'absent')]);
    await until(async () => (await must(opened.other.read('chainHead', 'a'))) !== null);
    line.set('open');

    assert.equal(await faultOf(committed), null);
    assert.deepEqual((await must(opened.other.read('chainHead', 'a')))?.value, chainHead(1));
  });

  test('that nobody ever answered on is closed within 6 s', async () => {
    await using line = await openLine(emulator.host);
    await using opened = await openTestFirestore(line.host, emulator.host);
    line.set('clogged');
    const sixSeconds = timer(6_000);
    const answer = opened.store.read('chainHead', 'a');
    const fault = await Promise.race([opened.store.close().then(() => faultOf(answer)), sixSeconds]);

    assert.equal(fault?.code, 'store_unavailable');
    // The library is still at it and would keep this process for a minute.
    line.set('open');
    await opened.store.close();
  });
});

describe('a firestore document edited by hand', { skip }, () => {
  for (const [words, body] of [
    ['without a body', null],
    ['whose body is a number', 7],
    ['whose body is a map', { seq: 1 }],
  ] as const) {
    test(`${words} is document_corrupt`, async () => {
      await using opened = await openTestFirestore(emulator.host);
      await must(opened.store.commit([writeJournal('a', 1)]));
      await opened.edit('chainHead', 'a', { body });

      assert.equal((await faultOf(opened.store.read('chainHead', 'a')))?.code, 'document_corrupt');
    });
  }

  test('whose signature is gone is document_corrupt', async () => {
    await using opened = await openTestFirestore(emulator.host);
    await must(opened.store.commit([writeJournal('a', 1)]));
    await opened.edit('chainHead', 'a', { digest: null });

    assert.equal((await faultOf(opened.store.read('chainHead', 'a')))?.code, 'document_corrupt');
  });
});

/**
 * Null when so much time is over. It runs in the loop that the store's own timers run in, so that of the two the shorter one
 * ends first, however slow the machine is.
 */
function timer(milliseconds: number): Promise<null> {
  return setTimeout(milliseconds, null, { ref: false });
}

/** Asks again until it is so; a minute is more than any store needs. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 60_000;
  while (!(await isSo())) assert.ok(performance.now() < end, 'it never came about');
}

/** Asks again and again for so long; fails as soon as it is not so. */
async function holdsFor(milliseconds: number, check: () => Promise<void>): Promise<void> {
  const end = performance.now() + milliseconds;
  while (performance.now() < end) await check();
}
