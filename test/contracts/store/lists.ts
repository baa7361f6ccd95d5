// Contract, third part: lists are in the order of the ids as text, in both directions, and pages join without a seam.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { numberedId, type Page, type Store } from '../../../shared/ports.ts';
import { must, type Open, type Size, writeJournal, writeRevision } from '../../support/stores.ts';
import { revision } from '../../support/world.ts';

/** In the order of their code points, which for text is the order of its bytes as well. */
const inOrder = ['10', '9', 'B', 'a', 'a!', 'aa', 'b', 'ä', '～', '😀'];
const half = inOrder.length / 2;

const pages: readonly (readonly [words: string, page: Page, ids: readonly string[]])[] = [
  ['all, ascending', { order: 'ascending', limit: 100 }, inOrder],
  ['all, descending', { order: 'descending', limit: 100 }, inOrder.toReversed()],
  ['exactly as many as there are', { order: 'ascending', limit: inOrder.length }, inOrder],
  ['the first', { order: 'ascending', limit: 1 }, inOrder.slice(0, 1)],
  ['the last', { order: 'descending', limit: 1 }, inOrder.slice(-1)],
  ['what is behind an id', { order: 'ascending', limit: 2, after: 'a' }, ['a!', 'aa']],
  ['what is before an id', { order: 'descending', limit: 2, after: 'a' }, ['B', '9']],
  [
    'what is behind an id that is not there',
    { order: 'ascending', limit: half, after: 'A' },
    inOrder.slice(2, 2 + half),
  ],
  ['what is before an id that is not there', { order: 'descending', limit: 9, after: 'A' }, ['9', '10']],
  ['what is behind the last', { order: 'ascending', limit: 5, after: '😀' }, []],
  ['what is before the first', { order: 'descending', limit: 5, after: '10' }, []],
];

export function testLists(open: Open, { revisions }: Size): void {
  test('ids are compared as text', async (t) => {
    await using opened = await open();
    await must(opened.store.commit(inOrder.toReversed().map((id, at) => writeJournal(id, at, 'absent'))));
    await must(opened.store.commit([writeRevision(1)]));

    for (const [words, page, ids] of pages) {
      await t.test(`the page of ${words}`, async () => {
        const listed = await must(opened.other.list('chainHead', page));
        assert.deepEqual(
          listed.map(({ id }) => id),
          ids,
        );
      });
    }
  });

  test(`${revisions} revisions are paged completely and in order, both ways`, async () => {
    await using opened = await open();
    await writeMany(opened.store, revisions);
    const numbers = Array.from({ length: revisions }, (_, at) => at + 1);

    assert.deepEqual(await pagedNumbers(opened.other, 'ascending', 200), numbers);
    assert.deepEqual(await pagedNumbers(opened.other, 'descending', 333), numbers.toReversed());
    assert.deepEqual((await must(opened.store.read('revision', numberedId(revisions))))?.value, {
      ...revision({ number: revisions }),
      note: `note ${revisions}`,
    });
  });

  test('a page taken while others write has every document that stood before', async () => {
    await using opened = await open();
    await writeMany(opened.store, 100);

    const [numbers] = await Promise.all([pagedNumbers(opened.other, 'ascending', 7), writeMany(opened.store, 50, 100)]);

    assert.deepEqual(
      numbers.filter((number) => number <= 100),
      Array.from({ length: 100 }, (_, at) => at + 1),
    );
    assert.deepEqual(
      numbers,
      [...new Set(numbers)].toSorted((a, b) => a - b),
    );
  });
}

async function writeMany(store: Store, count: number, from = 0): Promise<void> {
  for (let start = 0; start < count; start += 250) {
    const length = Math.min(250, count - start);
    const numbers = Array.from({ length }, (_, at) => from + start + at + 1);
    await must(store.commit(numbers.map((number) => writeRevision(number, { note: `note ${number}` }))));
  }
}

async function pagedNumbers(store: Store, order: Page['order'], limit: number): Promise<number[]> {
  const numbers: number[] = [];
  let after: string | undefined;
  do {
    const page = await must(store.list('revision', { order, limit, ...(after === undefined ? {} : { after }) }));
    numbers.push(...page.map(({ value }) => value.number));
    after = page.length < limit ? undefined : page.at(-1)?.id;
  } while (after !== undefined);
  return numbers;
}
