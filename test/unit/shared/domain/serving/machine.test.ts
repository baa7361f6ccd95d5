// Which ring a machine falls into.

import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { ringChooser, selectorsOf } from '../../../../../shared/domain/serving/machine.ts';
import { machine, policy, ring } from '../../../../support/world.ts';

const ada = machine({ name: 'Ada-Mac', email: 'Ada@Example.com', labels: { team: 'Core', site: 'zrh' } });

test('a machine answers to its name, its mail in lower case, its domain, its labels and everyone, narrowest first', () => {
  assert.deepEqual(selectorsOf(ada), [
    'machine:Ada-Mac',
    'email:ada@example.com',
    'domain:example.com',
    'label:team=Core',
    'label:site=zrh',
    '*',
  ]);
});

test('a machine of which nothing is known answers to everyone alone', () => {
  assert.deepEqual(selectorsOf(machine()), ['*']);
});

test('the domain is what follows the last @', () => {
  assert.ok(selectorsOf(machine({ email: '"a@evil.test"@example.com' })).includes('domain:example.com'));
});

test('the first ring that lists one of its selectors is the machine\u2019s, and the narrowest of them the reason', async (t) => {
  const rows = [
    [['machine:Ada-Mac'], ['*'], 'first', 'machine:Ada-Mac'],
    [['machine:ada-mac'], ['*'], 'last', '*'],
    [['email:ada@example.com'], ['*'], 'first', 'email:ada@example.com'],
    [['domain:example.com', 'machine:Ada-Mac'], ['*'], 'first', 'machine:Ada-Mac'],
    [['domain:ample.com'], ['*'], 'last', '*'],
    [['label:team=Core'], ['*'], 'first', 'label:team=Core'],
    [['label:team=Cor'], ['*'], 'last', '*'],
    [['domain:example.com'], ['machine:Ada-Mac', '*'], 'first', 'domain:example.com'],
    [['label:team=Other'], ['machine:Ada-Mac', '*'], 'last', 'machine:Ada-Mac'],
    [['*'], ['machine:Ada-Mac', '*'], 'first', '*'],
  ] as const;
  for (const [first, last, name, selector] of rows) {
    await t.test(`${first} then ${last}`, () => {
      const rings = [ring({ name: 'first', match: first }), ring({ name: 'last', match: last })];
      const match = ringChooser(policy({ rings }))(ada);
      assert.deepEqual([match.ring.name, match.selector], [name, selector]);
    });
  }
});

test('every machine has a ring, and it is the first that matches', () => {
  const selector = fc.constantFrom(
    'machine:a',
    'machine:b',
    'email:a@x.test',
    'domain:x.test',
    'label:k=v',
    'label:k=w',
  );
  const label = fc.constantFrom('v', 'w', '=v', '');
  const anyone = fc.record({
    name: fc.constantFrom('a', 'b', 'c', null),
    email: fc.constantFrom('a@x.test', 'b@y.test', 'A@X.TEST', null),
    labels: fc.oneof(
      fc.constant({}),
      label.map((k) => ({ k })),
    ),
    cli: fc.constant(null),
  });
  fc.assert(
    fc.property(
      fc.array(fc.uniqueArray(selector, { minLength: 1, maxLength: 3 }), { maxLength: 4 }),
      anyone,
      (lists, who) => {
        const rings = [...lists, ['*']].map((match, at) => ring({ name: `r${at}`, match }));
        const own = new Set(selectorsOf(who));
        const expected = rings.find(({ match }) => Array.isArray(match) && match.some((each) => own.has(String(each))));
        assert.equal(ringChooser(policy({ rings }))(who).ring.name, expected?.['name']);
      },
    ),
  );
});
