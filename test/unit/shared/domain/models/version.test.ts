// Claude Code's version: what a machine may report, what a policy may state, and the order of two of them.

import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { compareVersions, isRelease, isVersion } from '../../../../../shared/domain/models/version.ts';

test('a machine may report a version with what `claude --version` appends; a policy states the three numbers alone', async (t) => {
  const rows = [
    // text, isVersion, isRelease
    ['2.1.331', true, true],
    ['0.0.0', true, true],
    ['2.1.331 (Claude Code)', true, false],
    ['2.1.331-beta.1', true, false],
    ['2.1.331+build', true, false],
    ['02.1.331', true, false],
    ['2.1', false, false],
    ['2.1.331.1', false, false],
    ['v2.1.331', false, false],
    [' 2.1.331', false, false],
    ['2.1.331\n', false, false],
    ['2.1.331 \n2.1.0', false, false],
    ['2.1.٣', false, false],
    ['2.1.1000000', false, false],
    ['', false, false],
  ] as const;
  for (const [text, reported, stated] of rows) {
    await t.test(JSON.stringify(text), () => assert.deepEqual([isVersion(text), isRelease(text)], [reported, stated]));
  }
});

test('versions are ordered by their numbers, not by their digits', () => {
  const inOrder = ['1.0.124', '2.0.17', '2.1.9', '2.1.84', '2.1.280', '2.10.0', '10.0.0'];
  assert.deepEqual([...inOrder].sort().sort(compareVersions), inOrder);
  assert.equal(compareVersions('2.1.280 (Claude Code)', '2.1.280'), 0);
});

test('the order of versions is that of their triples', () => {
  const triple = fc.tuple(fc.nat(9999), fc.nat(9999), fc.nat(999_999));
  fc.assert(
    fc.property(triple, triple, (a, b) => {
      const at = a.findIndex((part, place) => part !== b[place]);
      const expected = at === -1 ? 0 : Math.sign((a[at] ?? 0) - (b[at] ?? 0));
      assert.equal(Math.sign(compareVersions(a.join('.'), b.join('.'))), expected);
    }),
  );
});

test('comparing what is no version is a bug and throws', () => {
  assert.throws(() => compareVersions('latest', '2.1.280'), /not a version: latest/);
});
