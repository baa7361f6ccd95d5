// The text for a set of classes of Claude Code versions: read back, it names these classes and no others, or says how many
// ranges more there are.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { clientClasses, describeClasses } from '../../../../../shared/domain/consequences/client-classes.ts';
import { extendCatalogue } from '../../../../../shared/domain/models/catalogue.ts';
import { compareVersions } from '../../../../../shared/domain/models/version.ts';

const versions = Array.from({ length: 14 }, (_, at) => `3.${at}.0`);
const catalogue = extendCatalogue(
  [],
  versions.map((minimumCli, at) => ({ id: `claude-opus-${at + 1}`, minimumCli })),
);
const classes = clientClasses([catalogue]);

test('it names the classes and no others, or says how many ranges more there are', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(classes.length - 1), { minLength: 1 }), (indices) => {
      const wanted = new Set(indices);
      const text = describeClasses(classes, wanted);
      if (wanted.size === classes.length) return assert.equal(text, null);
      const [, ranges = '', more = '0'] = /^(.*?)(?: and (\d+) more)?$/.exec(text ?? '') ?? [];
      const named = ranges.split(', ').map((range) => classes.flatMap(({ cli }, at) => (isIn(range, cli) ? [at] : [])));

      assert.ok(
        named.every((run) => run.length > 0 && run.every((at) => wanted.has(at))),
        `${text}`,
      );
      assert.equal(new Set(named.flat()).size, named.flat().length);
      assert.equal(runsIn(wanted), named.length + Number(more));
      if (more === '0') assert.deepEqual(new Set(named.flat()), wanted);
    }),
  );
});

/** How often consecutive versions begin among the indices. The unstated version is apart. */
function runsIn(indices: ReadonlySet<number>): number {
  return [...indices].filter((at) => at < 2 || !indices.has(at - 1)).length;
}

function isIn(range: string, cli: string | null): boolean {
  if (range === 'of an unstated version' || cli === null) return range === 'of an unstated version' && cli === null;
  if (range === 'of any stated version') return true;
  const [, from, before] = /^(?:(\S+) (?:and later|to ))?(?:before (\S+))?$/.exec(range) ?? [];
  assert.ok(from !== undefined || before !== undefined, range);
  return (
    (from === undefined || compareVersions(cli, from) >= 0) &&
    (before === undefined || compareVersions(cli, before) < 0)
  );
}
