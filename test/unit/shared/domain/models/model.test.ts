// Which text is a model id, and how ids are ordered.

import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {
  compareModels,
  isFamily,
  isSameVersion,
  type Model,
  parseModel,
} from '../../../../../shared/domain/models/model.ts';
import { textOf } from '../../../../support/any-text.ts';

/** Every id that Vertex had on 2026-11-24, from oldest to newest in each family. */
const known = {
  fable: ['claude-fable-5', 'claude-fable-5-1', 'claude-fable-5-2'],
  opus: [
    'claude-3-opus@20240229',
    'claude-opus-4@20250514',
    'claude-opus-4-1@20250805',
    'claude-opus-4-5@20251101',
    'claude-opus-4-6',
    'claude-opus-4-7',
    'claude-opus-4-8',
    'claude-opus-5',
    'claude-opus-5-5',
  ],
  sonnet: [
    'claude-3-sonnet@20240229',
    'claude-3-5-sonnet@20240620',
    'claude-3-5-sonnet-v2@20241022',
    'claude-3-7-sonnet@20250219',
    'claude-sonnet-4@20250514',
    'claude-sonnet-4-5@20250929',
    'claude-sonnet-4-6',
    'claude-sonnet-5',
    'claude-sonnet-5-5',
  ],
  haiku: ['claude-3-haiku@20240307', 'claude-3-5-haiku@20241022', 'claude-haiku-4-5@20251001', 'claude-haiku-5-5'],
};

const refused = [
  ['mythos, which has no pin variable', 'claude-mythos-5'],
  ['a preview of mythos', 'claude-mythos-preview'],
  ['nothing', ''],
  ['a path upwards', '../claude-opus-4-8'],
  ['a path upwards at the end', 'claude-opus-4-8/..'],
  ['an escaped slash', 'claude-opus-4-8%2f..'],
  ['a slash', 'publishers/anthropic/models/claude-opus-4-8'],
  ['a method', 'claude-opus-4-8:rawPredict'],
  ['a line break at the end', 'claude-opus-4-8\n'],
  ['a line break before', '\nclaude-opus-4-8'],
  ['two lines', 'claude-opus-4-8\nclaude-opus-4-8'],
  ['a NUL', 'claude-opus-4-8\0'],
  ['a space', 'claude-opus-4-8 '],
  ['digits that are not ASCII', 'claude-opus-４-８'],
  ['a dash that is not ASCII', 'claude‑opus-4-8'],
  ['an invisible character', 'claude-opus-4-8\u200b'],
  ['a letter that only looks Latin', 'clаude-opus-4-8'],
  ['capitals', 'Claude-Opus-4-8'],
  ['the long s that folds to s', 'claude-ſonnet-5'],
  ['three digits', 'claude-opus-400'],
  ['three parts', 'claude-opus-4-8-1'],
  ['a short date', 'claude-opus-4-8@2025'],
  ['the older order without its date', 'claude-3-opus'],
  ['a quote', "claude-opus-4-8'"],
  ['a marker of Claude Code', 'claude-opus-4-8[1m]'],
] as const;

test('every id that Vertex has is read with its family', () => {
  for (const [family, ids] of Object.entries(known)) {
    for (const id of ids) assert.equal(parseModel(id)?.family, family, id);
  }
});

test('an id is read into its parts in either order of family and version', () => {
  const parts: readonly Model[] = [
    { id: 'claude-opus-5', family: 'opus', major: 5, minor: 0, suffix: null },
    { id: 'claude-haiku-4-5@20251001', family: 'haiku', major: 4, minor: 5, suffix: '20251001' },
    { id: 'claude-opus-4-6@default', family: 'opus', major: 4, minor: 6, suffix: 'default' },
    { id: 'claude-3-5-sonnet-v2@20241022', family: 'sonnet', major: 3, minor: 5, suffix: '20241022' },
    { id: 'claude-3-opus@20240229', family: 'opus', major: 3, minor: 0, suffix: '20240229' },
  ];
  for (const expected of parts) assert.deepEqual(parseModel(expected.id), expected);
});

test('text that is not exactly an id is refused', async (t) => {
  for (const [what, text] of refused) await t.test(what, () => assert.equal(parseModel(text), null));
});

test('no accepted text holds a character that means something in a URL, a shell or a file name', () => {
  const alphabet = [
    'claude',
    'opus',
    'haiku',
    '-',
    '@',
    '.',
    '/',
    '%',
    '5',
    '20251001',
    'default',
    'v2',
    '\n',
    '[1m]',
    '４',
    'ſ',
  ];
  const soup = fc.array(fc.constantFrom(...alphabet), { maxLength: 10 }).map((words) => words.join(''));
  const id = fc.constantFrom(...Object.values(known).flat());
  const injured = fc.tuple(id, fc.nat(40), textOf(3)).map(([text, at, inserted]) => {
    return text.slice(0, at) + inserted + text.slice(at);
  });
  fc.assert(
    fc.property(fc.oneof(soup, injured, id), (text) => {
      if (parseModel(text) !== null) assert.match(text, /^[a-z0-9@-]+$/);
      if (parseModel(text) !== null) assert.doesNotMatch(text, /\n/);
    }),
    { numRuns: 2000 },
  );
});

test('models of a family are ordered by version, then by date, whichever way their ids are written', () => {
  for (const ids of Object.values(known)) {
    const shuffled = [...ids].sort().map(read);
    assert.deepEqual(
      shuffled.sort(compareModels).map(({ id }) => id),
      ids,
    );
  }
});

test('an undated id is newer than a dated one of the same version, and @default is the same as undated', () => {
  assert.ok(compareModels(read('claude-opus-4-6'), read('claude-opus-4-6@20260101')) > 0);
  assert.equal(compareModels(read('claude-opus-4-6@default'), read('claude-opus-4-6')), 0);
  assert.ok(isSameVersion(read('claude-opus-4-6@default'), read('claude-opus-4-6')));
  assert.ok(!isSameVersion(read('claude-opus-4-6'), read('claude-sonnet-4-6')));
  assert.ok(!isSameVersion(read('claude-opus-4-6'), read('claude-opus-4-6@20260101')));
});

test('only the lines of models that have a pin variable are families', () => {
  for (const name of ['opus', 'sonnet', 'haiku', 'fable']) assert.ok(isFamily(name));
  for (const name of ['mythos', 'Opus', '', '__proto__', 'toString', 'length']) assert.ok(!isFamily(name));
});

function read(id: string): Model {
  const model = parseModel(id);
  assert.ok(model !== null, id);
  return model;
}
