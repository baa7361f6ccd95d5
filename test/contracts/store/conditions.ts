// Contract, second part: what a write expects decides whether it happens, and a commit happens as a whole or not at all.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Remove, Write } from '../../../shared/ports.ts';
import {
  chainHead,
  faultOf,
  must,
  type Open,
  type TestStore,
  versionOf,
  writeJournal,
  writeRevision,
} from '../../support/stores.ts';

/** What a write may expect, given a store where `there` was written twice and `absent` never. */
const expectations = ['absent', 'any', 'current', 'outdated'] as const;
type Expectation = (typeof expectations)[number];

const decisions: readonly (readonly [id: 'there' | 'missing', Expectation, isWritten: boolean])[] = [
  ['missing', 'absent', true],
  ['missing', 'any', true],
  ['missing', 'current', false],
  ['there', 'absent', false],
  ['there', 'any', true],
  ['there', 'current', true],
  ['there', 'outdated', false],
];

export function testConditions(open: Open): void {
  for (const [id, expectation, isWritten] of decisions) {
    const words = isWritten ? 'is written' : 'conflicts';
    test(`a document that is ${id} and expected ${moveText(expectation)} ${words}`, async () => {
      await using opened = await open();
      const versions = await writeTwice(opened);
      const expect =
        expectation === 'absent' || expectation === 'any' ? expectation : { version: versions[expectation] };

      const fault = await faultOf(opened.other.commit([writeJournal(id, 3, expect)]));

      const before = id === 'there' ? chainHead(2) : undefined;
      assert.deepEqual(fault, isWritten ? null : { code: 'write_conflict', document: `chainHead/${id}` });
      assert.deepEqual((await must(opened.store.read('chainHead', id)))?.value, isWritten ? chainHead(3) : before);
    });
  }

  for (const at of [0, 1, 2, 3]) {
    test(`a conflict in write ${at + 1} of 4 undoes the others and names its document`, async () => {
      await using opened = await open();
      const { current, outdated } = await writeTwice(opened);
      const good: Write[] = [
        writeRevision(1),
        writeJournal('there', 3, { version: current }),
        writeJournal('any', 1),
        removeJournal('kept'),
      ];
      const bad = good.with(at, at === 1 ? writeJournal('there', 3, { version: outdated }) : taken);
      const document = at === 1 ? 'chainHead/there' : 'chainHead/taken';

      assert.deepEqual(await faultOf(opened.store.commit(bad)), { code: 'write_conflict', document });
      assert.equal(await versionOf(opened.other, 'chainHead', 'there'), current);
      assert.equal(await must(opened.other.read('revision', '0000000001')), null);
      assert.equal(await must(opened.other.read('chainHead', 'any')), null);
      assert.deepEqual((await must(opened.other.read('chainHead', 'kept')))?.value, chainHead(1));

      await must(opened.store.commit(good));
      assert.deepEqual((await must(opened.other.read('chainHead', 'there')))?.value, chainHead(3));
      assert.equal(await must(opened.other.read('chainHead', 'kept')), null);
    });
  }

  test('a version stays good through conflicts and is spent by the write that it allows', async () => {
    await using opened = await open();
    const { current } = await writeTwice(opened);

    await faultOf(opened.store.commit([writeJournal('there', 3, { version: current }), taken]));
    await must(opened.store.commit([writeJournal('there', 3, { version: current })]));

    const again = await faultOf(opened.store.commit([writeJournal('there', 3, { version: current })]));
    assert.deepEqual(again, { code: 'write_conflict', document: 'chainHead/there' });
  });

  test('a document that is removed is gone from reads and lists, and no matter if it is removed again', async () => {
    await using opened = await open();
    await must(opened.store.commit([writeJournal('a', 1), writeJournal('b', 1)]));

    await must(opened.store.commit([removeJournal('a')]));
    await must(opened.other.commit([removeJournal('a'), removeJournal('never there')]));

    assert.equal(await must(opened.other.read('chainHead', 'a')), null);
    const listed = await must(opened.other.list('chainHead', { order: 'ascending', limit: 10 }));
    assert.deepEqual(
      listed.map(({ id }) => id),
      ['b'],
    );
  });

  test('a version does not outlive its document, even when one of the same id and value is made again', async () => {
    await using opened = await open();
    const { current } = await writeTwice(opened);
    const conflict = { code: 'write_conflict', document: 'chainHead/there' };
    const late = writeJournal('there', 3, { version: current });

    await must(opened.store.commit([removeJournal('there')]));
    assert.deepEqual(await faultOf(opened.other.commit([late])), conflict);
    await must(opened.store.commit([writeJournal('there', 1, 'absent')]));
    await must(opened.store.commit([writeJournal('there', 2)]));
    assert.deepEqual(await faultOf(opened.other.commit([late])), conflict);
    assert.deepEqual((await must(opened.store.read('chainHead', 'there')))?.value, chainHead(2));
  });
}

function removeJournal(id: string): Remove {
  return { kind: 'chainHead', id, remove: true };
}

const taken = writeJournal('taken', 2, 'absent');

async function writeTwice({ store }: TestStore): Promise<{ readonly current: string; readonly outdated: string }> {
  await must(store.commit([writeJournal('there', 1), writeJournal('taken', 1), writeJournal('kept', 1)]));
  const outdated = await versionOf(store, 'chainHead', 'there');
  await must(store.commit([writeJournal('there', 2)]));
  return { outdated, current: await versionOf(store, 'chainHead', 'there') };
}

function moveText(expectation: Expectation): string {
  return expectation === 'current' || expectation === 'outdated' ? `at its ${expectation} version` : expectation;
}
