// Contract, first part: a document comes back as it was written, under its own kind and id, with a version.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Revision } from '../../../shared/domain/serving/revision.ts';
import {
  chainHead,
  largestPolicy,
  maxDepthSettings,
  must,
  type Open,
  versionOf,
  writeJournal,
  writeRevision,
} from '../../support/stores.ts';
import { policy, revision } from '../../support/world.ts';

const awkward: readonly (readonly [string, Partial<Revision>])[] = [
  ['with every field plain', {}],
  ['in many scripts', { note: 'Größe ✓ 日本語 👩‍💻 \u202eabc e\u0301 \u0000 \ud800', by: 'ада@пример.рф' }],
  ['that says nothing in its note', { note: '' }],
  ['that restores another', { restores: 7 }],
  ['with the largest policy that the API takes', { policy: largestPolicy() }],
  ['with the deepest settings', { policy: policy({ settings: maxDepthSettings() }) }],
];

/** Ids that mean something to a URL, a path or a database. */
const oddIds = ['a/b', '.', '..', '__all__', '_', '%2F', 'a b', "';--", 'soaking:claude-haiku-4-5@20251001', 'é', 'x'];

export function testDocuments(open: Open): void {
  test('a document that nobody wrote reads as null', async () => {
    await using opened = await open();

    assert.equal(await must(opened.store.read('published', 'current')), null);
    assert.deepEqual(await must(opened.store.list('revision', { limit: 10, order: 'ascending' })), []);
  });

  for (const [words, over] of awkward) {
    test(`a revision ${words} comes back exactly, through another handle too`, async () => {
      await using opened = await open();
      const value = revision(over);
      await must(opened.store.commit([{ kind: 'revision', id: '1', expect: 'absent', value }]));

      for (const store of [opened.store, opened.other]) {
        const stored = await must(store.read('revision', '1'));
        assert.deepEqual(stored?.value, value);
        assert.equal(stored?.id, '1');
      }
    });
  }

  test('settings of any JSON come back as they went in', async () => {
    await using opened = await open();
    const anyJson = fc
      .json()
      .filter((text) => !text.includes('"__proto__"') && !/-0(?![.\d])/.test(text))
      .map((text): unknown => JSON.parse(text));
    const property = fc.asyncProperty(anyJson, async (extra) => {
      const value = revision({ policy: policy({ settings: { extra } }) });
      await must(opened.store.commit([{ kind: 'revision', id: 'any', expect: 'any', value }]));
      const stored = await must(opened.store.read('revision', 'any'));
      assert.deepEqual(stored?.value.policy.settings, { extra });
    });
    await fc.assert(property, { numRuns: 60 });
  });

  test('the version changes with each write, be it of the same value, and only then', async () => {
    await using opened = await open();
    const seen = new Set<string>();
    for (let write = 1; write <= 5; write++) {
      await must(opened.store.commit([writeJournal('current', 1)]));
      const version = await versionOf(opened.store, 'chainHead', 'current');
      await must(opened.store.commit([writeJournal('another', write)]));

      assert.ok(!seen.has(version));
      seen.add(version);
      assert.equal(await versionOf(opened.other, 'chainHead', 'current'), version);
      const [listed] = await must(opened.other.list('chainHead', { limit: 1, order: 'descending' }));
      assert.deepEqual(listed, { id: 'current', version, value: chainHead(1) });
    }
  });

  test('the same id in two kinds is two documents', async () => {
    await using opened = await open();
    await must(opened.store.commit([{ ...writeRevision(1), id: 'same' }, writeJournal('same', 9)]));

    assert.deepEqual((await must(opened.store.read('revision', 'same')))?.value, revision());
    assert.deepEqual((await must(opened.store.read('chainHead', 'same')))?.value, chainHead(9));
    assert.equal(await must(opened.store.read('event', 'same')), null);
  });

  test('an id that a path or a query would trip over is an id like any other', async () => {
    await using opened = await open();
    await must(opened.store.commit(oddIds.map((id, at) => writeJournal(id, at, 'absent'))));

    for (const [at, id] of oddIds.entries()) {
      assert.deepEqual((await must(opened.store.read('chainHead', id)))?.value, chainHead(at), id);
    }
    const listed = await must(opened.store.list('chainHead', { limit: 100, order: 'ascending' }));
    assert.deepEqual(
      listed.map(({ id }) => id),
      oddIds.toSorted(),
    );
  });

  test('an invalid value is a bug of the caller: commit throws and writes nothing', async () => {
    await using opened = await open();
    const invalid = writeJournal('bad', -1);

    await assert.rejects(opened.store.commit([writeJournal('good', 1), invalid]));
    assert.equal(await must(opened.store.read('chainHead', 'good')), null);
    assert.equal(await must(opened.store.read('chainHead', 'bad')), null);
  });

  test('two writes of one document in one commit are a bug of the caller, too', async () => {
    await using opened = await open();

    const first = writeJournal('twice', 1, 'absent');
    await assert.rejects(opened.store.commit([first, writeJournal('twice', 2)]));
    await assert.rejects(opened.store.commit([first, { kind: 'chainHead', id: 'twice', remove: true }]));
    assert.equal(await must(opened.store.read('chainHead', 'twice')), null);
  });

  test('a document that is larger than every store takes is a bug of the caller, named with its size', async () => {
    await using opened = await open();
    const value = revision({ policy: policy({ settings: { note: 'ü'.repeat(500_000) } }) });

    await assert.rejects(
      opened.store.commit([writeJournal('a', 1), { kind: 'revision', id: '1', expect: 'any', value }]),
      /revision\/1 has 1000\d{3} bytes, the limit is 1000000/,
    );
    assert.equal(await must(opened.store.read('chainHead', 'a')), null);
  });

  test('a commit of nothing does nothing', async () => {
    await using opened = await open();

    assert.equal(await must(opened.store.commit([])), null);
  });
}
