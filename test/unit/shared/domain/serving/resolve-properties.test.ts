// What holds of every resolution, whatever the policy, the ring and the CLI.

import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { extendCatalogue } from '../../../../../shared/domain/models/catalogue.ts';
import { type Family, families } from '../../../../../shared/domain/models/model.ts';
import { Policy } from '../../../../../shared/domain/policy/policy.ts';
import type { Resolution } from '../../../../../shared/domain/serving/resolution.ts';
import { resolve } from '../../../../../shared/domain/serving/resolve.ts';
import { firstRing, idsOf, models } from '../../../../support/invented.ts';
import { day } from '../../../../support/world.ts';

const location = fc.constantFrom('global', 'us', 'us-east5');
const settings = fc.record(
  { model: fc.constant('opus'), env: fc.dictionary(fc.constantFrom('A', 'B', 'C'), fc.constantFrom('', 'x', 'y')) },
  { requiredKeys: [] },
);
const pins = fc.record(
  { opus: pinOf('opus'), sonnet: pinOf('sonnet'), haiku: pinOf('haiku'), fable: pinOf('fable') },
  { requiredKeys: [] },
);
const ring = fc.record(
  { name: fc.constant('everyone'), match: fc.constant(['*']), pins, location, lock: fc.boolean(), settings },
  { requiredKeys: ['name', 'match', 'pins'] },
);
const draft = fc.record(
  {
    project: fc.constant('acme-claude'),
    location,
    models: fc.constant(models),
    rings: ring.map((one) => [one]),
    lock: fc.boolean(),
    settings,
  },
  { requiredKeys: ['project', 'location', 'rings'] },
);
const cli = fc.constantFrom(null, '2.9.9', '3.0.0', '3.1.0', '3.1.9', '3.2.0', '4.0.0');

test('every pinned variable holds the pinned id or another that the catalogue has, but for [1m]', () => {
  fc.assert(
    fc.property(draft, cli, (stated, version) => {
      const { policy, resolution } = resolved(stated, version);
      const known = new Set([
        ...models.map(({ id }) => id),
        ...Object.values(firstRing(policy).pins).map(({ model }) => model),
      ]);
      const { env } = resolution.settings;
      for (const family of families) {
        const value = env[`ANTHROPIC_DEFAULT_${family.toUpperCase()}_MODEL`];
        assert.equal(value !== undefined, firstRing(policy).pins[family] !== undefined);
        if (value !== undefined) assert.ok(known.has(value.replace(/\[1m\]$/, '')), value);
      }
    }),
    { numRuns: 300 },
  );
});

test('locked means that exactly the served models can be chosen', () => {
  fc.assert(
    fc.property(draft, cli, (stated, version) => {
      const { locked, settings: served, pins: own } = resolved(stated, version).resolution;
      if (!locked)
        assert.deepEqual([served['availableModels'], served['enforceAvailableModels']], [undefined, undefined]);
      else {
        assert.deepEqual(new Set(served['availableModels']), new Set(own.map(({ model }) => model)));
        assert.equal(served['enforceAvailableModels'], true);
      }
    }),
    { numRuns: 300 },
  );
});

test('each region variable that a resolution names is the location of a pin, and there is none for anything else', () => {
  fc.assert(
    fc.property(draft, cli, (stated, version) => {
      const { settings: served, pins: own } = resolved(stated, version).resolution;
      const stating = Object.entries(served.env).filter(([name]) => name.startsWith('VERTEX_REGION_'));
      const expected = own.flatMap(({ regionVariable, location: at }) =>
        regionVariable === null ? [] : [[regionVariable, at]],
      );
      assert.deepEqual(Object.fromEntries(stating), Object.fromEntries(expected));
    }),
    { numRuns: 300 },
  );
});

test('a resolution does not depend on the order in which the policy or the catalogue was written', () => {
  fc.assert(
    fc.property(draft, cli, (stated, version) => {
      assert.deepEqual(resolved(backwards(stated), version).resolution, resolved(stated, version).resolution);
    }),
    { numRuns: 300 },
  );
});

test('a newer CLI never gets an older model', () => {
  fc.assert(
    fc.property(draft, (stated) => {
      const served = ['3.0.0', '3.1.0', '3.2.0', '4.0.0'].map((version) => resolved(stated, version).resolution.pins);
      for (const family of families) {
        const ids = served.flatMap((own) =>
          own.filter((pin) => pin.family === family && isGated(own, pin.model, stated)),
        );
        const ranks = ids.map(({ model }) => idsOf[family].indexOf(model));
        assert.deepEqual(
          ranks,
          [...ranks].sort((a, b) => a - b),
        );
      }
    }),
    { numRuns: 300 },
  );
});

/** Whether the model isn't the pin itself: a CLI too old for everything gets the pin as it stands. */
function isGated(own: Resolution['pins'], model: string, stated: unknown): boolean {
  const [one] = Policy.parse(stated).rings;
  return own.some((pin) => pin.model === model && one?.pins[pin.family]?.model !== model);
}

function pinOf(family: Family) {
  const model = fc.constantFrom(...idsOf[family]);
  return fc.record({ model, context1m: fc.boolean(), location }, { requiredKeys: ['model'] });
}

function resolved(stated: unknown, version: string | null): { policy: Policy; resolution: Resolution } {
  const policy = Policy.parse(stated);
  const catalogue = extendCatalogue([], policy.models);
  return {
    policy,
    resolution: resolve({
      policy,
      ring: firstRing(policy),
      selector: '*',
      cli: version,
      catalogue,
      day,
      callableModels: null,
      reached: [],
    }),
  };
}

/** The same value with the keys of every object, and the list of models, the other way round. */
function backwards(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value.map(backwards);
    return items.every(isModel) ? items.toReversed() : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).reverse();
  return Object.fromEntries(members.map(([key, inner]) => [key, backwards(inner)]));
}

function isModel(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'id' in value;
}
