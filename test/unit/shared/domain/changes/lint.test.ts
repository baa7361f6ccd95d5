// Each mistake that lint knows: that it is found with its severity and path, and that its right neighbour is not.

import assert from 'node:assert/strict';
import test from 'node:test';
import { lint } from '../../../../../shared/domain/changes/lint.ts';
import type { CatalogueModel } from '../../../../../shared/domain/models/catalogue-model.ts';
import { models, pins, policy, policyOfRing } from '../../../../support/invented.ts';
import { day, rows } from './lint-cases.ts';

test('lint finds each mistake, and only where there is one', async (t) => {
  for (const { what, policy: linted, finds } of rows) {
    await t.test(what, () => {
      const found = lint(linted, [], day);
      assert.deepEqual(
        found.map(({ severity, code, path }) => `${severity} ${code} ${path}`),
        finds,
      );
      for (const { message, fix } of found) assert.ok(message.length > 0 && fix.length > 0);
    });
  }
});

test('every code of lint is in the table above', () => {
  const codes = new Set(rows.flatMap(({ finds }) => finds.map((find) => find.split(' ')[1])));
  assert.equal(codes.size, 15);
});

test('the shipped catalogue counts as well as the own models, which win', () => {
  const shipped = [entry('claude-opus-92', ['us'], 'high')];
  const onShipped = policyOfRing(
    { pins: { sonnet: pins.sonnet, haiku: pins.haiku, opus: pins.opus } },
    { models: models.slice(1) },
  );
  assert.deepEqual(
    lint(onShipped, shipped, day).map(({ code }) => code),
    ['location_not_served'],
  );
  assert.deepEqual(lint(policy(), shipped, day), []);
});

test('what is doubted of locations only warns', () => {
  const onShipped = policyOfRing({}, { models: models.slice(1) });
  const severities = (['high', 'medium', 'low', 'unknown'] as const).map((certainty) => {
    return lint(onShipped, [entry('claude-opus-92', ['us'], certainty)], day).map(({ severity }) => severity);
  });
  assert.deepEqual(severities, [['error'], ['error'], ['warning'], ['warning']]);
});

function entry(id: string, locations: string[], certainty: 'high' | 'medium' | 'low' | 'unknown'): CatalogueModel {
  const unknown = { value: null, source: 'test', certainty: 'unknown' } as const;
  const known = { value: locations, source: 'test', certainty };
  const facts = { released: unknown, minimumCli: unknown, regionVariable: unknown, context1m: unknown };
  return { id, ...facts, locations: known, price: unknown, retirement: unknown, note: null };
}
