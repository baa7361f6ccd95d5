// The differences that the console shows, and puts onto another policy.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { areApart, differences, withDifferences } from '../../../../functions/console/browser/differences/diff.ts';

const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.integer(), { maxLength: 3 }));
const record = fc.dictionary(fc.stringMatching(/^[a-c]$/), scalar, { maxKeys: 3, noNullPrototype: true });
const ring = (name: string) => fc.record({ name: fc.constant(name), pins: record }, { noNullPrototype: true });
const document = fc
  .tuple(
    record,
    fc.subarray(['x', 'y', 'z'], { minLength: 1 }).chain((names) => fc.tuple(...names.map(ring))),
  )
  .map(([settings, rings]) => ({ settings, rings: [...rings, { name: 'last', pins: {} }] }));

describe('differences', () => {
  test('put onto what they start from, they give what they lead to, but for the place of new things in a list', () => {
    fc.assert(
      fc.property(document, document, (from, to) => {
        assert.deepEqual(sorted(withDifferences(from, differences(from, to))), sorted(to));
      }),
    );
  });

  test('there are none between equal documents alone', () => {
    fc.assert(
      fc.property(document, document, (from, to) => {
        assert.equal(differences(from, to).length === 0, isDeepStrictEqual(from, to));
      }),
    );
  });

  test('of two people are apart when one changed the settings and the other the rings, and then both can be made', () => {
    fc.assert(
      fc.property(document, document, (base, { settings, rings }) => {
        const mine = differences(base, { ...base, settings });
        const theirs = differences(base, { ...base, rings });

        assert.equal(areApart(mine, theirs), true);
        assert.deepEqual(sorted(withDifferences(withDifferences(base, theirs), mine)), sorted({ settings, rings }));
      }),
    );
  });

  test('of two people are not apart when one removed what the other changed', () => {
    const [base, changed] = [
      { rings: [{ name: 'a', pins: { opus: 1 } }] },
      { rings: [{ name: 'a', pins: { opus: 2 } }] },
    ];
    const removed = { rings: [{ name: 'b', pins: {} }] };

    assert.equal(areApart(differences(base, changed), differences(base, removed)), false);
  });

  test('another order of rings is a difference, because the first ring that matches decides', () => {
    const [a, b] = [{ name: 'a' }, { name: 'b' }];

    assert.deepEqual(differences({ rings: [a, b] }, { rings: [b, a] }), [
      { path: ['rings'], from: [a, b], to: [b, a] },
    ]);
  });
});

interface Document {
  readonly settings: unknown;
  readonly rings: readonly { readonly name: string }[];
}

function sorted({ settings, rings }: Document): Document {
  return { settings, rings: rings.toSorted((a, b) => (a.name < b.name ? -1 : 1)) };
}
