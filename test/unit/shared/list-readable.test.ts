// A list whose documents somebody may have damaged: every page shows what can be read, and names the rest.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fail, ok } from '../../../shared/domain/fault.ts';
import { listReadable } from '../../../shared/list-readable.ts';
import type { Store } from '../../../shared/ports.ts';
import { chainHead } from '../../support/stores.ts';

/** Has documents of these ids; a list that meets a damaged one fails, as a database's does. */
function storeOf(ids: readonly string[], damaged: ReadonlySet<string>): Store {
  const unused = () => Promise.reject(new Error('not used'));
  return {
    read: unused,
    commit: unused,
    close: unused,
    async list(_, { order, limit, after }) {
      const sorted = order === 'ascending' ? ids.toSorted() : ids.toSorted().toReversed();
      const found = sorted
        .filter((id) => after === undefined || (order === 'ascending' ? id > after : id < after))
        .slice(0, limit);
      const bad = found.find((id) => damaged.has(id));
      if (bad !== undefined) return fail({ code: 'document_corrupt', document: `chainHead/${bad}`, detail: 'damaged' });
      // The cast is safe: only chain heads are listed here.
      return ok(found.map((id) => ({ id, version: '1', value: chainHead(1) }))) as never;
    },
  };
}

test('pages together have each document once, in its order, and name each damaged one', async () => {
  const stored = fc.uniqueArray(fc.record({ id: fc.integer({ min: 0, max: 99 }), isDamaged: fc.boolean() }), {
    selector: ({ id }) => id,
    maxLength: 30,
  });
  const property = fc.asyncProperty(
    stored,
    fc.integer({ min: 1, max: 7 }),
    fc.constantFrom('ascending' as const, 'descending' as const),
    async (documents, limit, order) => {
      const all = documents.map(({ id, isDamaged }) => ({ id: String(id).padStart(2, '0'), isDamaged }));
      const damaged = new Set(all.filter(({ isDamaged }) => isDamaged).map(({ id }) => id));
      const store = storeOf(
        all.map(({ id }) => id),
        damaged,
      );
      const [shown, refused]: [string[], string[]] = [[], []];
      for (let after: string | null | undefined; after !== null; ) {
        const from = after === undefined ? {} : { after };
        const page = await listReadable(store, 'chainHead', { order, limit, ...from });
        assert.ok(page.ok);
        assert.ok(page.value.documents.length + page.value.refused.length <= limit);
        shown.push(...page.value.documents.map(({ id }) => id));
        refused.push(...page.value.refused.map(({ id }) => id));
        after = page.value.after;
      }
      const sorted = (ids: readonly string[]) => (order === 'ascending' ? ids.toSorted() : ids.toSorted().toReversed());

      assert.deepEqual(shown, sorted(all.filter(({ isDamaged }) => !isDamaged).map(({ id }) => id)));
      assert.deepEqual(refused, sorted([...damaged]));
    },
  );
  await fc.assert(property);
});
