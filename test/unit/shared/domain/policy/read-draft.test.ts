// How problems of a draft are named: pointers, prefixes and the depth to which a draft is looked at.

import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { Pin } from '../../../../../shared/domain/policy/pin.ts';
import { pointer } from '../../../../../shared/domain/policy/pointer.ts';
import { Policy } from '../../../../../shared/domain/policy/policy.ts';
import { readDraft } from '../../../../../shared/domain/policy/read-draft.ts';
import { draft, ring } from '../../../../support/world.ts';

test('a pointer escapes ~ and / as RFC 6901 has it', () => {
  assert.equal(pointer('', []), '');
  assert.equal(pointer('/rings', [0, 'a/b', 'm~n', '']), '/rings/0/a~1b/m~0n/');
});

test('different paths have different pointers', () => {
  const path = fc.array(fc.string({ unit: fc.constantFrom('~', '/', '0', '1', 'a') }), { maxLength: 4 });
  fc.assert(
    fc.property(path, path, (a, b) => {
      assert.equal(pointer('', a) === pointer('', b), JSON.stringify(a) === JSON.stringify(b));
    }),
    { numRuns: 500 },
  );
});

test('a path begins with where the draft stands', () => {
  const read = readDraft(Pin, { model: 'claude-opus-4-8', location: 'mars', x: 1 }, '/rings/0/pins/opus');
  assert.ok(!read.ok && read.fault.code === 'policy_invalid');
  assert.deepEqual(
    read.fault.findings.map(({ path }) => path),
    ['/rings/0/pins/opus/location', '/rings/0/pins/opus/x'],
  );
});

test('a key that is misspelt is recognised by the keys of its own object', () => {
  const read = readDraft(Policy, draft({ locaton: 'eu', rings: [ring({ setings: {}, quantum: true })] }));
  assert.ok(!read.ok && read.fault.code === 'policy_invalid');
  assert.deepEqual(
    read.fault.findings.map(({ path, fix }) => `${path} ${fix}`),
    [
      '/rings/0/setings Did you mean "settings"?',
      '/rings/0/quantum Remove it, or check its spelling and level.',
      '/locaton Did you mean "location"?',
    ],
  );
});

test('a draft that would overflow the stack is refused like any other', () => {
  const deep: unknown = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
  const read = readDraft(Pin, deep);
  assert.ok(!read.ok && read.fault.code === 'policy_invalid');
  assert.deepEqual(
    read.fault.findings.map(({ code }) => code),
    ['too_deep'],
  );
});
