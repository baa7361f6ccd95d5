// The shipped catalogue as data: that it has the form that the code takes for granted (catalogue.ts casts), and that
// what must not be guessed (region variables, regions, ends) is exactly what was read.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogueAsOf, shippedCatalogue } from '../../../../shared/catalogue/catalogue.ts';
import { isShut, modelOf, modelsOfFamily } from '../../../../shared/domain/models/catalogue.ts';
import { CatalogueModel } from '../../../../shared/domain/models/catalogue-model.ts';
import { families } from '../../../../shared/domain/models/model.ts';
import { compareVersions } from '../../../../shared/domain/models/version.ts';

/** The names that Claude Code's documentation lists, and FABLE_5_2, which Claude Code 2.1.331 knows besides. */
const regionVariables = [
  ...['3_5_HAIKU', '3_5_SONNET', '3_7_SONNET', '4_0_OPUS', '4_0_SONNET', '4_1_OPUS', '4_5_OPUS', '4_5_SONNET'],
  ...['4_6_OPUS', '4_6_SONNET', '4_7_OPUS', '4_8_OPUS', '5_5_OPUS', '5_5_SONNET', '5_OPUS', '5_SONNET'],
  ...['FABLE_5', 'FABLE_5_1', 'FABLE_5_2', 'HAIKU_4_5', 'HAIKU_5_5'],
].map((name) => `VERTEX_REGION_CLAUDE_${name}`);

/** Single regions, by the pages that name them: models up to 4.6, and Fable 5 in one. */
const regions = {
  'claude-opus-4-6': ['us-east5', 'europe-west1', 'asia-southeast1'],
  'claude-opus-4-5@20251101': ['us-east5', 'europe-west1', 'asia-southeast1'],
  'claude-sonnet-4-6': ['us-east5', 'europe-west1', 'asia-southeast1'],
  'claude-sonnet-4-5@20250929': ['us-east5', 'europe-west1', 'asia-southeast1'],
  'claude-3-7-sonnet@20250219': ['us-east5', 'europe-west1'],
  'claude-haiku-4-5@20251001': ['us-east5', 'europe-west1'],
  'claude-3-5-haiku@20241022': ['us-east5', 'europe-west1'],
  'claude-fable-5': ['asia-southeast1'],
};

/** The days on which Google shut a model. */
const shutdowns = {
  'claude-3-opus@20240229': '2025-08-01',
  'claude-3-7-sonnet@20250219': '2026-05-11',
  'claude-3-5-sonnet-v2@20241022': '2026-02-19',
  'claude-3-5-sonnet@20240620': '2026-02-19',
  'claude-3-5-haiku@20241022': '2026-07-05',
  'claude-3-haiku@20240307': '2026-08-23',
};

test('every entry satisfies the schema', () => {
  for (const entry of shippedCatalogue) assert.deepEqual(CatalogueModel.parse(entry), entry);
});

test('the day of the facts is a day, and no model came out after it', () => {
  assert.match(catalogueAsOf, /^\d{4}-\d{2}-\d{2}$/);
  assert.equal(new Date(catalogueAsOf).toISOString().slice(0, 10), catalogueAsOf);
  for (const { id, released } of shippedCatalogue) {
    assert.ok(released.value === null || released.value <= catalogueAsOf, id);
  }
});

test('no id stands there twice', () => {
  const ids = shippedCatalogue.map(({ id }) => id);

  assert.deepEqual(ids, [...new Set(ids)]);
});

test('families stand in their order, and the models of each from newest to oldest', () => {
  const ids = shippedCatalogue.map(({ id }) => id);

  const ordered = families.flatMap((family) => modelsOfFamily(shippedCatalogue, family));
  assert.deepEqual(
    ids,
    ordered.map(({ id }) => id),
  );
  for (const family of families) assert.notDeepEqual(modelsOfFamily(shippedCatalogue, family), [], family);
});

test('a newer model of a family did not come out before an older one', () => {
  for (const family of families) {
    const days = modelsOfFamily(shippedCatalogue, family).flatMap(({ released }) => released.value ?? []);

    assert.deepEqual(days, days.toSorted().reverse(), family);
  }
});

test('a model that came out later does not run on an older Claude Code than its predecessor', () => {
  for (const family of families) {
    const versions = modelsOfFamily(shippedCatalogue, family).flatMap(({ minimumCli }) => minimumCli.value ?? []);

    assert.deepEqual(
      versions,
      versions.toSorted((a, b) => compareVersions(b, a)),
      family,
    );
  }
});

test('a fact is without a value exactly when its certainty is unknown, and says where it was looked for', () => {
  for (const { id, note: _, ...facts } of shippedCatalogue) {
    for (const [name, { value, certainty, source }] of Object.entries(facts)) {
      assert.equal(value === null, certainty === 'unknown', `${name} of ${id}`);
      assert.doesNotMatch(source, /draft|todo/i, `${name} of ${id}`);
    }
  }
});

test('the region variables are the ones that Claude Code knows, each for one model', () => {
  const names = shippedCatalogue.flatMap(({ regionVariable }) => regionVariable.value ?? []);

  assert.deepEqual(names.toSorted(), regionVariables.toSorted());
});

test('a region variable names the family and version of its model', () => {
  for (const entry of shippedCatalogue) {
    const { family, major, minor } = modelOf(entry);
    const digits = entry.regionVariable.value?.match(/\d+/g)?.map(Number);
    if (digits === undefined) continue;

    assert.ok(entry.regionVariable.value?.includes(family.toUpperCase()), entry.id);
    assert.deepEqual(digits.concat(0).slice(0, 2), [major, minor], entry.id);
  }
});

test('a single region is listed only where a page names it', () => {
  const listed = shippedCatalogue.flatMap(({ id, locations }) => {
    const single = locations.value?.filter((location) => !['global', 'us', 'eu'].includes(location)) ?? [];
    return single.length === 0 ? [] : [[id, single]];
  });

  assert.deepEqual(Object.fromEntries(listed), regions);
});

test('no location is listed twice for a model', () => {
  for (const { id, locations } of shippedCatalogue) {
    const list = locations.value ?? [];
    assert.equal(new Set(list).size, list.length, id);
  }
});

test('only models that Google shut have a day of shutdown, and it is past', () => {
  const shut = shippedCatalogue.flatMap(({ id, retirement: { value } }) =>
    value?.kind === 'shut' ? [[id, value.date]] : [],
  );

  assert.deepEqual(Object.fromEntries(shut), shutdowns);
  for (const entry of shippedCatalogue) {
    assert.equal(isShut(entry, catalogueAsOf), Object.hasOwn(shutdowns, entry.id), entry.id);
  }
});

test('a floor that has passed does not shut a model', () => {
  const passed = shippedCatalogue.filter(
    ({ retirement: { value } }) => value?.kind === 'not_sooner_than' && value.date <= catalogueAsOf,
  );

  assert.notDeepEqual(passed, []);
  for (const entry of passed) assert.equal(isShut(entry, catalogueAsOf), false, entry.id);
});

test('models up to 4.5 carry a date in their id and have no 1M window, later ones carry none', () => {
  for (const entry of shippedCatalogue) {
    const { major, minor, suffix } = modelOf(entry);
    const isOld = major < 4 || (major === 4 && minor <= 5);

    assert.equal(suffix !== null, isOld, entry.id);
    assert.equal(entry.context1m.value?.kind === 'none', isOld, entry.id);
  }
});

test('a model that needs the suffix only on an older Claude Code existed on one', () => {
  for (const { id, context1m, minimumCli } of shippedCatalogue) {
    const before = context1m.value?.kind === 'suffix' ? context1m.value.before : null;
    if (before === null || minimumCli.value === null) continue;

    assert.ok(compareVersions(minimumCli.value, before) < 0, id);
  }
});

test('output costs more than input', () => {
  for (const { id, price } of shippedCatalogue) assert.ok(!price.value || price.value.output > price.value.input, id);
});
