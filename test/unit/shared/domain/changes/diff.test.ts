// What changed between two policies.

import assert from 'node:assert/strict';
import test from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { diffPolicies } from '../../../../../shared/domain/changes/diff.ts';
import { pins, policy, ring } from '../../../../support/world.ts';

test('a first policy is one change from nothing', () => {
  assert.deepEqual(diffPolicies(null, policy()), [{ path: '', to: policy() }]);
});

test('a moved pin is one change, named by ring and family', () => {
  const to = policy({ rings: [ring({ pins: { ...pins, opus: { model: 'claude-opus-5' } } })] });
  assert.deepEqual(diffPolicies(policy(), to), [
    { path: '/rings/everyone/pins/opus/model', from: 'claude-opus-4-8', to: 'claude-opus-5' },
  ]);
});

test('what is added has no from, what is removed has no to', () => {
  const from = policy({ rings: [ring({ lock: true })], settings: { model: 'opus' } });
  const to = policy({ rings: [ring({ location: 'us' })], settings: { env: { A: 'b' } } });
  assert.deepEqual(diffPolicies(from, to), [
    { path: '/settings/model', from: 'opus' },
    { path: '/settings/env', to: { A: 'b' } },
    { path: '/rings/everyone/lock', from: true },
    { path: '/rings/everyone/location', to: 'us' },
  ]);
});

test('a new first ring is that ring and its place, and no change of the others', () => {
  const canary = ring({ name: 'canary', match: ['domain:a.test'] });
  const [order, added, ...others] = diffPolicies(policy(), policy({ rings: [canary, ring()] }));
  assert.deepEqual(order, { path: '/rings', from: 'everyone', to: 'canary everyone' });
  assert.deepEqual([added?.path, others], ['/rings/canary', []]);
});

test('rings that change places are one change, as their order decides who gets what', () => {
  const [a, b] = ['a', 'b'].map((name) => ring({ name, match: [`machine:${name}`] }));
  assert.deepEqual(diffPolicies(policy({ rings: [a, b, ring()] }), policy({ rings: [b, a, ring()] })), [
    { path: '/rings', from: 'a b everyone', to: 'b a everyone' },
  ]);
});

test('a list without names is one value', () => {
  const to = policy({ rings: [ring({ match: ['domain:a.test', '*'] })] });
  assert.deepEqual(diffPolicies(policy(), to), [
    { path: '/rings/everyone/match', from: ['*'], to: ['domain:a.test', '*'] },
  ]);
});

test('a list in which a name occurs twice is one value, too', () => {
  const from = {
    hooks: [
      { name: 'a', run: 1 },
      { name: 'a', run: 2 },
    ],
  };
  const to = {
    hooks: [
      { name: 'a', run: 9 },
      { name: 'a', run: 2 },
    ],
  };
  assert.deepEqual(diffPolicies(from, to), [{ path: '/hooks', from: from.hooks, to: to.hooks }]);
});

test('there are changes if and only if the two differ, and each path has one', () => {
  const named = fc.array(fc.record({ name: fc.constantFrom('a', 'b', 'a b', ''), x: fc.nat(1) }), { maxLength: 3 });
  const value = fc.oneof(
    named,
    fc.nat(1),
    fc.constantFrom(null, '', 'a'),
    fc.dictionary(fc.constantFrom('a', 'b', 'name'), named),
  );
  const settings = fc.dictionary(fc.constantFrom('a', 'b', 'a/b', '~'), value, { noNullPrototype: true });
  fc.assert(
    fc.property(settings, settings, (from, to) => {
      const changes = diffPolicies(from, to);
      assert.equal(changes.length === 0, isDeepStrictEqual(from, to));
      const whole = changes.filter((change) => !('from' in change && typeof change.from === 'string'));
      assert.equal(new Set(whole.map(({ path }) => path)).size, whole.length);
    }),
    { numRuns: 1000 },
  );
});
