// What is known of Claude Code, as data: that it has the form that the code takes for granted, and names known things.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shippedCatalogue } from '../../../../shared/catalogue/catalogue.ts';
import data from '../../../../shared/catalogue/claude-code.json' with { type: 'json' };
import keys from '../../../../shared/catalogue/settings-keys.json' with { type: 'json' };
import { findModel } from '../../../../shared/domain/models/catalogue.ts';
import { defaultModelsOf, lockNeeds, needOf } from '../../../../shared/domain/models/claude-code.ts';
import { isLocation } from '../../../../shared/domain/models/location.ts';
import { families, parseModel } from '../../../../shared/domain/models/model.ts';
import { compareVersions, isRelease } from '../../../../shared/domain/models/version.ts';
import { meantSetting } from '../../../../shared/domain/policy/known-settings.ts';
import { Settings } from '../../../../shared/domain/policy/settings.ts';

test('each feature and location has a version with its source, and the needs of a lock grow', () => {
  for (const { value, source } of [...Object.values(data.features), ...Object.values(data.locations)]) {
    assert.ok(isRelease(value) && source.length > 0, value);
  }
  for (const location of Object.keys(data.locations)) assert.ok(isLocation(location), location);
  const versions = lockNeeds.map(({ version }) => version);
  assert.deepEqual(versions, versions.toSorted(compareVersions));
  const { refusedFrom, takenFrom, source } = data.lockedSuffix;
  assert.ok(isRelease(refusedFrom) && isRelease(takenFrom) && compareVersions(refusedFrom, takenFrom) < 0, source);
});

test('the default models are in the catalogue, of their family, and from newest to oldest', () => {
  for (const family of families) {
    const since = data.defaultModels[family].map((each) => each.since);
    assert.deepEqual(since, since.toSorted(compareVersions).reverse(), family);
    for (const { model } of data.defaultModels[family]) {
      assert.ok(findModel(shippedCatalogue, model), model);
      assert.equal(parseModel(model)?.family, family);
    }
  }
});

test('a higher minimum leaves fewer defaults, down to the one of the newest client', () => {
  assert.deepEqual(defaultModelsOf('opus', null).length, 4);
  assert.deepEqual(defaultModelsOf('opus', '2.1.219'), ['claude-opus-5-5', 'claude-opus-5']);
  assert.deepEqual(defaultModelsOf('opus', '2.1.300'), ['claude-opus-5-5']);
  assert.deepEqual(defaultModelsOf('fable', '2.1.300'), ['claude-fable-5-2', 'claude-fable-5-1']);
  assert.deepEqual(defaultModelsOf('sonnet', '2.1.332'), ['claude-sonnet-5-5']);
});

test('a region variable has a version only where there is a variable, and none is older than 2.1.83 saw', () => {
  for (const { id, regionVariable, regionVariableCli } of shippedCatalogue) {
    if (regionVariableCli.value === null) continue;
    assert.notEqual(regionVariable.value, null, id);
    assert.ok(compareVersions(regionVariableCli.value, '2.1.83') > 0, id);
  }
});

test('a call needs the newest of what its model, its location and its variable need', () => {
  const opus = findModel(shippedCatalogue, 'claude-opus-4-6');
  assert.ok(opus);

  assert.deepEqual(needOf(opus, 'global', 'global'), { what: 'claude-opus-4-6', version: '2.1.32' });
  assert.deepEqual(needOf(opus, 'eu', 'eu'), { what: 'eu', version: '2.1.113' });
  assert.deepEqual(needOf(opus, 'us-east5', 'global'), {
    what: 'an own location of claude-opus-4-6',
    version: '2.1.97',
  });
});

test('each known key has one entry, and the schema of a policy checks no key that is not known', () => {
  const names = Object.values(keys.keys).flatMap((each) => Object.keys(each));

  assert.deepEqual(names.toSorted(), [...new Set(names)].toSorted());
  assert.ok(names.length > 190);
  for (const key of Object.keys(Settings.shape)) assert.ok(names.includes(key), key);
});

test('a key that is misspelt by a letter or two is recognised, and another word is not', () => {
  for (const key of ['companyAnnouncements', 'requiredMinimumVersion', 'availableModels', 'env', 'model']) {
    for (let at = 0; at < key.length; at++) {
      const without = key.slice(0, at) + key.slice(at + 1);
      assert.notEqual(meantSetting(without), null, without);
    }
    assert.equal(meantSetting(key.toUpperCase()), key);
  }
  const words = { enviroment: 'env', denyModels: 'deniedModels', allowedModel: 'availableModels' };
  for (const [word, key] of Object.entries(words)) assert.equal(meantSetting(word), key);
  for (const word of ['quantumMode', 'x'.repeat(5000), 'zzzz']) assert.equal(meantSetting(word), null);
});
