// The questions that resolve and lint ask of a catalogue, on invented models.

import assert from 'node:assert/strict';
import test from 'node:test';
import {
  extendCatalogue,
  findModel,
  isServedIn,
  isShut,
  modelOf,
  modelsOfFamily,
  runsOn,
  suffixFor,
} from '../../../../../shared/domain/models/catalogue.ts';
import { CatalogueModel } from '../../../../../shared/domain/models/catalogue-model.ts';
import { models } from '../../../../support/invented.ts';

const catalogue = extendCatalogue([], models);
const opus = entryOf('claude-opus-92');
const blank = { ...opus, minimumCli: { value: null, source: 'test', certainty: 'unknown' as const } };

test('an own model that the shipped list lacks becomes an entry that knows only what was stated', () => {
  const [entry] = extendCatalogue([], [{ id: 'claude-opus-93', minimumCli: '3.3.0' }]);
  const unknown = { value: null, source: "not set in the organisation's policy", certainty: 'unknown' };
  assert.deepEqual(CatalogueModel.parse(entry), {
    id: 'claude-opus-93',
    released: unknown,
    minimumCli: { value: '3.3.0', source: "the organisation's policy", certainty: 'high' },
    regionVariable: unknown,
    regionVariableCli: unknown,
    context1m: unknown,
    locations: unknown,
    price: unknown,
    retirement: unknown,
    note: null,
  });
});

test('an own model replaces the facts that it states and leaves the others', () => {
  const extended = extendCatalogue(catalogue, [{ id: 'claude-opus-92', locations: ['eu'] }]);
  const locations = { value: ['eu'], source: "the organisation's policy", certainty: 'high' };
  assert.deepEqual(extended, catalogue.with(0, { ...opus, locations } as CatalogueModel)); // the literal's 'high' is a string here
  assert.deepEqual(opus.locations.value, ['global', 'us', 'us-east5'], 'the shipped entry is as it was');
});

test('an entry is found by its id, and an undated one by its id with @default', () => {
  assert.equal(findModel(catalogue, 'claude-opus-92'), opus);
  assert.equal(findModel(catalogue, 'claude-opus-92@default'), opus);
  assert.equal(findModel(catalogue, 'claude-opus-92@20300101'), null);
  assert.equal(findModel(catalogue, 'claude-haiku-90@default'), null);
  assert.equal(findModel(catalogue, 'claude-haiku-90'), null);
  assert.equal(findModel(catalogue, 'claude-opus-99'), null);
  assert.equal(findModel(catalogue, 'nonsense'), null);
});

test('the entries of a family come from newest to oldest and the catalogue keeps its order', () => {
  const before = catalogue.map(({ id }) => id);
  const reversed = [...catalogue].reverse();
  assert.deepEqual(
    modelsOfFamily(reversed, 'opus').map(({ id }) => id),
    ['claude-opus-92', 'claude-opus-91', 'claude-opus-90'],
  );
  assert.deepEqual(reversed.map(({ id }) => id).reverse(), before);
});

test('a model runs on its minimum CLI and on newer ones; where that is unknown, so is the answer', () => {
  assert.equal(runsOn(opus, '3.2.0'), true);
  assert.equal(runsOn(opus, '3.10.0 (Claude Code)'), true);
  assert.equal(runsOn(opus, '3.1.999'), false);
  assert.equal(runsOn(blank, '3.2.0'), null);
});

test('a model is served where the catalogue lists; where nothing is listed, the answer is unknown', () => {
  assert.equal(isServedIn(opus, 'us'), true);
  assert.equal(isServedIn(opus, 'eu'), false);
  const nowhere = { ...opus, locations: { value: null, source: 'test', certainty: 'unknown' as const } };
  assert.equal(isServedIn(nowhere, 'eu'), null);
});

test('a model is shut from the day that Google shut it; a floor that has passed is no shutdown', () => {
  const shutOn = (kind: 'shut' | 'not_sooner_than') =>
    isShut(entryOf('claude-opus-93', { retirement: { kind, date: '2031-05-01' } }), '2031-05-01');
  assert.equal(shutOn('shut'), true);
  assert.equal(shutOn('not_sooner_than'), false);
  assert.equal(
    isShut(entryOf('claude-opus-93', { retirement: { kind: 'shut', date: '2031-05-02' } }), '2031-05-01'),
    false,
  );
  assert.equal(isShut(opus, '2031-05-01'), false);
});

test('[1m] is sent to the CLI versions that need it; an unknown version counts as current', async (t) => {
  const always = { kind: 'suffix', before: null } as const;
  const older = { kind: 'suffix', before: '3.1.5' } as const;
  const rows = [
    [null, '3.1.0', ''],
    [{ kind: 'none' }, '3.1.0', ''],
    [{ kind: 'native' }, '3.1.0', ''],
    [always, '3.1.0', '[1m]'],
    [always, null, '[1m]'],
    [older, '3.1.4', '[1m]'],
    [older, '3.1.5', ''],
    [older, null, ''],
  ] as const;
  for (const [rule, cli, suffix] of rows) {
    await t.test(`${JSON.stringify(rule)} on ${cli}`, () => assert.equal(suffixFor(rule, cli), suffix));
  }
});

test('an entry whose id is no model is a bug and throws', () => {
  assert.throws(() => modelOf({ id: 'gpt-5' }), /gpt-5/);
});

function entryOf(id: string, facts: Record<string, unknown> = {}): CatalogueModel {
  const [own = { id }] = models.filter((model) => model.id === id);
  const [entry] = extendCatalogue([], [{ ...own, ...facts }]);
  assert.ok(entry !== undefined);
  return findModel(catalogue, id) ?? entry;
}
