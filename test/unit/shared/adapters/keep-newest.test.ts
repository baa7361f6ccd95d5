// A store that keeps the newest refuses what is older than what it has read, and nothing else.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { keepNewest } from '../../../../shared/adapters/documents/keep-newest.ts';
import { expectOf, type Store } from '../../../../shared/ports.ts';
import { openTestSqlite } from '../../../support/open-sqlite.ts';
import { must, writeJournal } from '../../../support/stores.ts';
import { revision } from '../../../support/world.ts';

const published = { kind: 'published', id: 'current', expect: 'any', value: { revision: revision() } } as const;

describe('an instance that keeps the newest', () => {
  /** Two instances that read and write as commands do: what always changes together has one condition, on the first. */
  test('refuses nothing that instances of Pinward wrote, in any order', async () => {
    const step = fc.record({ by: fc.integer({ min: 0, max: 1 }), withState: fc.boolean(), readsRollout: fc.boolean() });
    const property = fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      await using opened = await openTestSqlite();
      const instances = [keepNewest(opened.store, undefined), keepNewest(opened.other, undefined)];
      for (const { by, withState, readsRollout } of steps) {
        const store = instances[by] ?? assert.fail();
        const [first, state] = [
          await must(store.read('published', 'current')),
          await must(store.read('chainHead', 'a')),
        ];
        const writes = [
          { ...published, expect: expectOf(first) },
          writeJournal('b', 1),
          ...(withState ? [{ ...writeJournal('a', 1), expect: expectOf(state) }] : []),
        ];
        await must(store.commit(writes));
        if (readsRollout) await must(store.read('chainHead', 'b'));
      }
      for (const store of instances) for (const id of ['a', 'b']) await must(store.read('chainHead', id));
    });
    await fc.assert(property, { numRuns: 30 });
  });

  test('takes the older document that a read finds which began before a newer one was written', async () => {
    await using opened = await openTestSqlite();
    const gate = Promise.withResolvers<void>();
    let isHeld = false;
    const slow: Store = {
      read: async (kind, id) => {
        const read = await opened.store.read(kind, id);
        if (isHeld) await gate.promise;
        return read;
      },
      list: (kind, page) => opened.store.list(kind, page),
      commit: (writes) => opened.store.commit(writes),
      close: async () => {},
    };
    const store = keepNewest(slow, undefined);
    await must(store.commit([published]));
    const first = await must(store.read('published', 'current'));
    isHeld = true;
    const late = store.read('published', 'current');
    await new Promise(setImmediate);
    await must(store.commit([{ ...published, expect: expectOf(first) }]));
    gate.resolve();

    assert.deepEqual((await must(late))?.value, published.value);
  });
});
