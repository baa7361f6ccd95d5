// How Claude Code matches a model against its allow list and its deny list.

import assert from 'node:assert/strict';
import test from 'node:test';
import { isAllowedBy, isDeniedBy } from '../../../../../shared/domain/serving/allow-list.ts';
import { deniedSpellings } from '../../../../support/denied-spellings.ts';

test('availableModels lets a model through by alias, version prefix or id; a version switches its family\u2019s alias off', async (t) => {
  const id = 'claude-opus-4-8';
  const rows: readonly (readonly [readonly string[], string, boolean])[] = [
    [['opus'], id, true],
    [['sonnet'], id, false],
    [['opus[1m]'], id, true],
    [[id], id, true],
    [['claude-opus-4-8[1m]'], id, true],
    [['opus-4-8'], id, true],
    [['claude-opus-4'], id, true],
    [['claude-opus-4-1'], 'claude-opus-4-10', false],
    [['claude-opus-4-8-1'], id, false],
    [['claude-haiku-4-5'], 'claude-haiku-4-5@20251001', false],
    [['claude-haiku-4'], 'claude-haiku-4-5@20251001', true],
    [[' Claude-OPUS-4-8[1M]'], id, true],
    [['OPUS'], id, true],
    [['claude'], id, true],
    [['claude-opus'], id, true],
    [['anthropic.claude-opus-4-8-v1:0'], id, false],
    [['publishers/anthropic/models/claude-opus-4-8'], id, false],
    [['claude-opus-4-8-20260528'], id, false],
    [['claude-opus-4-8@default'], id, false],
    [['opus', 'anthropic.claude-opus-4-6'], id, false],
    [['opus', 'claude-opus-4-6'], id, false],
    [['opus', 'opus-5'], id, false],
    [['opus', 'claude-sonnet-4-6'], id, true],
    [['opus', 'opusplan', 'default'], id, true],
    [['opus', 'claude-3-opus@20240229'], id, false],
    [[''], id, false],
    [[], id, false],
  ];
  for (const [list, model, isAllowed] of rows) {
    await t.test(`${JSON.stringify(list)} and ${model}`, () => assert.equal(isAllowedBy(list, model), isAllowed));
  }
});

test('with an exact match only a whole id or an alias lets a model through', async (t) => {
  const rows: readonly (readonly [readonly string[], string, boolean])[] = [
    [['claude-fable-5'], 'claude-fable-5', true],
    [['claude-fable-5'], 'claude-fable-5-2', false],
    [['claude-fable-5[1m]'], 'claude-fable-5', true],
    [['fable-5'], 'claude-fable-5', true],
    [[' Claude-Fable-5'], 'claude-fable-5', true],
    [['claude-fable'], 'claude-fable-5', true],
    [['claude'], 'claude-fable-5', false],
    [['claude-haiku-4-5'], 'claude-haiku-4-5@20251001', false],
    [['fable'], 'claude-fable-5-2', true],
    [[], 'claude-fable-5', false],
  ];
  for (const [list, model, isAllowed] of rows) {
    await t.test(`${JSON.stringify(list)} and ${model}`, () => assert.equal(isAllowedBy(list, model, true), isAllowed));
  }
});

test('deniedModels denies by alias, by version prefix and by id', async (t) => {
  const rows: readonly (readonly [readonly unknown[], string, boolean])[] = [
    [['opus'], 'claude-opus-4-8', true],
    [['sonnet'], 'claude-opus-4-8', false],
    [['claude-opus-4'], 'claude-opus-4-8', true],
    [['opus-4-8[1m]'], 'claude-opus-4-8', true],
    [['claude-opus-4-8'], 'claude-opus-4-8', true],
    [['claude-opus-4-7'], 'claude-opus-4-8', false],
    [['claude-opus-4-8'], 'claude-opus-4-80', false],
    [['claude-opus-5'], 'claude-opus-5-5', true],
    [['claude-opus-5-5'], 'claude-opus-5', false],
    [['claude-haiku-4-5'], 'claude-haiku-4-5@20251001', true],
    [['claude-haiku-4-5@20990101'], 'claude-haiku-4-5@20251001', true],
    [['claude-haiku-3-5'], 'claude-3-5-haiku@20241022', true],
    [['claude-4-8-opus'], 'claude-opus-4-8', true],
    [['*'], 'claude-opus-4-8', false],
    [['claude-opus-*'], 'claude-opus-4-8', true],
    [['opusplan'], 'claude-opus-4-8', false],
    [[5, null], 'claude-opus-4-8', false],
    [[], 'claude-opus-4-8', false],
  ];
  for (const [list, model, isDenied] of rows) {
    await t.test(`${JSON.stringify(list)} and ${model}`, () => assert.equal(isDeniedBy(list, model), isDenied));
  }
});

test('deniedModels denies a model in each spelling in which the real client denied it', async (t) => {
  for (const spelling of deniedSpellings) {
    await t.test(JSON.stringify(spelling), () => assert.equal(isDeniedBy([spelling], 'claude-opus-4-8'), true));
  }
});
