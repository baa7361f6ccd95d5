// Each mistake that lint knows: that it is found with its severity and path, and that its right neighbour is not.

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { shippedCatalogue } from '../../../../../shared/catalogue/catalogue.ts';
import { lint } from '../../../../../shared/domain/lint/lint.ts';
import type { CatalogueModel } from '../../../../../shared/domain/models/catalogue-model.ts';
import { models, pins, policy, policyOfRing } from '../../../../support/invented.ts';
import { policy as worldPolicy, ring as worldRing } from '../../../../support/world.ts';
import { formCases } from './form-cases.ts';
import { day, rows } from './lint-cases.ts';
import { modelCases } from './model-cases.ts';
import { placeCases } from './place-cases.ts';
import { settingsCases } from './settings-cases.ts';

const shippedCases = [...modelCases, ...settingsCases, ...formCases, ...placeCases];

test('lint finds each mistake, and only where there is one', async (t) => {
  for (const { what, policy: linted, finds } of rows) {
    await t.test(what, () => {
      const found = lint(linted, [], day, null);
      assert.deepEqual(
        found.map(({ severity, code, path }) => `${severity} ${code} ${path}`),
        finds,
      );
      for (const { message, fix } of found) assert.ok(message.length > 0 && fix.length > 0);
    });
  }
});

test('lint finds each mistake in what is passed on to Claude Code, with a fix that is a way out', async (t) => {
  for (const { what, policy: linted, matrix = null, finds, fix, message } of shippedCases) {
    await t.test(what, () => {
      const found = lint(linted, shippedCatalogue, '2026-11-24', matrix).filter(
        ({ code }) => code !== 'model_past_floor',
      );
      assert.deepEqual(
        found.map(({ severity, code, path }) => `${severity} ${code} ${path}`),
        finds,
      );
      if (fix !== undefined) assert.match(found[0]?.fix ?? '', fix);
      if (message !== undefined) assert.match(found[0]?.message ?? '', message);
    });
  }
});

test('every code of lint is in the tables above', () => {
  const codes = new Set([...rows, ...shippedCases].flatMap(({ finds }) => finds.map((find) => find.split(' ')[1])));
  const files = globSync('shared/domain/lint/*.ts').map((file) => readFileSync(file, 'utf8'));
  const written = files.flatMap((text) => [...text.matchAll(/(?:error|warning|error : warning\)?)\(\s*'(\w+)'/g)]);

  assert.deepEqual(
    [...codes].toSorted(),
    [...new Set([...written.map(([, code]) => code), 'lock_needs_client', 'residency_needs_client'])].toSorted(),
  );
});

test('settings that two rings share are found once', () => {
  const shared = worldPolicy({
    settings: { quantumMode: true },
    rings: [worldRing({ name: 'a', match: ['domain:a.test'] }), worldRing()],
  });
  const found = lint(shared, shippedCatalogue, '2026-11-24', null).filter(({ code }) => code === 'setting_unknown');

  assert.equal(found.length, 1);
});

test('the shipped catalogue counts as well as the own models, which win', () => {
  const shipped = [entry('claude-opus-92', ['us'], 'high')];
  const onShipped = policyOfRing(
    { pins: { sonnet: pins.sonnet, haiku: pins.haiku, opus: pins.opus } },
    { models: models.slice(1) },
  );
  assert.deepEqual(
    lint(onShipped, shipped, day, null).map(({ code }) => code),
    ['location_not_served'],
  );
  assert.deepEqual(lint(policy(), shipped, day, null), []);
});

test('what is doubted of locations only warns', () => {
  const onShipped = policyOfRing({}, { models: models.slice(1) });
  const severities = (['high', 'medium', 'low', 'unknown'] as const).map((certainty) => {
    return lint(onShipped, [entry('claude-opus-92', ['us'], certainty)], day, null).map(({ severity }) => severity);
  });
  assert.deepEqual(severities, [['error'], ['error'], ['warning'], ['warning']]);
});

function entry(id: string, locations: string[], certainty: 'high' | 'medium' | 'low' | 'unknown'): CatalogueModel {
  const unknown = { value: null, source: 'test', certainty: 'unknown' } as const;
  const known = { value: locations, source: 'test', certainty };
  const cli = { minimumCli: unknown, regionVariableCli: unknown };
  const facts = { released: unknown, regionVariable: unknown, context1m: unknown, ...cli };
  return { id, ...facts, locations: known, price: unknown, retirement: unknown, note: null };
}
