// The order of consequences, and what is kept of many.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Consequence, Risk } from '../../../../../shared/domain/consequences/consequence.ts';
import { countOf, inOrder, keepFirst } from '../../../../../shared/domain/consequences/consequence-order.ts';
import { toStored } from '../../../../../shared/domain/consequences/cut-consequences.ts';

const paths = [
  ...['/secondPerson', '/project', '/location', '/ring', '/locked', '/managedBy', '/residency'],
  ...['/settings/hooks', '/settings/env/HTTPS_PROXY', '/settings/env/A', '/settings/theme', '/pins/opus', '/rollout'],
];
const governing = paths.slice(0, 7);

function consequence(path: string, risk: Risk, ring = 'everyone'): Consequence {
  return { concerns: [`ring ${ring}`], clients: null, path, risk };
}

const some = fc
  .array(fc.tuple(fc.constantFrom(...paths), fc.constantFrom(...Risk.options), fc.nat(9)), { maxLength: 300 })
  .map((drawn) => drawn.map(([path, risk, ring]) => consequence(path, risk, String(ring))));

test('what governs comes first, then what raises risk: what runs or routes, pins, the rest', () => {
  const drawn = [
    consequence('/settings/companyAnnouncements', 'neutral'),
    consequence('/ring', 'neutral'),
    consequence('/pins/opus', 'lowers'),
    consequence('/rollout', 'raises'),
    consequence('/settings/env/A', 'raises'),
    consequence('/pins/sonnet', 'raises'),
    consequence('/settings/env/HTTPS_PROXY', 'raises'),
    consequence('/settings/hooks/Stop', 'raises'),
    consequence('/secondPerson', 'lowers'),
    consequence('/locked', 'raises'),
    consequence('/project', 'raises'),
  ];
  assert.deepEqual(
    inOrder(drawn).map(({ path }) => path),
    [
      ...['/project', '/locked', '/secondPerson', '/settings/env/HTTPS_PROXY', '/settings/hooks/Stop', '/pins/sonnet'],
      ...['/rollout', '/settings/env/A', '/pins/opus', '/ring', '/settings/companyAnnouncements'],
    ],
  );
});

test('of any list, each path that governs is kept, and all that is left out is counted', () => {
  fc.assert(
    fc.property(some, (drawn) => {
      const all = inOrder(drawn);
      const { consequences, moreConsequences, moreRaising } = toStored(all);
      assert.equal(consequences.length, Math.min(100, drawn.length));
      assert.equal(consequences.length + moreConsequences, drawn.length);
      assert.equal(countOf(consequences, 'raises') + moreRaising, countOf(drawn, 'raises'));
      for (const { path, risk } of all) {
        if (!governing.includes(path) || risk === 'neutral') continue;
        assert.ok(
          keepFirst(all, 12).some((each) => each.path === path && each.risk !== 'neutral'),
          path,
        );
      }
    }),
  );
});
