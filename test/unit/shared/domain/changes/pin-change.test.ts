// What a change of the policy means for machines.

import assert from 'node:assert/strict';
import test from 'node:test';
import { PinChange, type PinState, pinChangesBetween } from '../../../../../shared/domain/changes/pin-change.ts';
import type { Policy } from '../../../../../shared/domain/policy/policy.ts';
import { models, pins, policy } from '../../../../support/invented.ts';
import { day, ring } from '../../../../support/world.ts';

const { opus, sonnet } = pins;
const canary = ring({ name: 'canary', match: ['domain:a.test'], pins: { opus } });
const opusSide: PinState = {
  model: 'claude-opus-92',
  location: 'global',
  context1m: false,
  price: null,
  minimumCli: '3.2.0',
  retirement: null,
};
const sonnetSide: PinState = { ...opusSide, model: 'claude-sonnet-90', minimumCli: '3.0.0' };

test('a first policy brings each ring its pins, in the order of rings and families', () => {
  const after = policy({ rings: [canary, ring({ pins: { sonnet, opus } })] });
  assert.deepEqual(pinChangesBetween(null, after, [], day), [
    { ring: 'canary', family: 'opus', from: null, to: opusSide },
    { ring: 'everyone', family: 'opus', from: null, to: opusSide },
    { ring: 'everyone', family: 'sonnet', from: null, to: sonnetSide },
  ]);
});

test('only another model, location or context is an effect, wherever in the policy that was said', async (t) => {
  const before = policy({ rings: [ring({ pins: { opus, sonnet } })] });
  const moved = { opus: 'us-east5', sonnet: 'us-east5' };
  const rows = [
    ['the location of the policy', { location: 'us-east5' }, moved],
    ['the location of the ring', { rings: [ring({ location: 'us-east5', pins: { opus, sonnet } })] }, moved],
    [
      'the location of a pin',
      { rings: [ring({ pins: { opus: { ...opus, location: 'us' }, sonnet } })] },
      { opus: 'us' },
    ],
    [
      'the 1M context of a pin',
      { rings: [ring({ pins: { opus: { ...opus, context1m: true }, sonnet } })] },
      { opus: 'global' },
    ],
    ['the location said twice', { rings: [ring({ location: 'global', pins: { opus, sonnet } })] }, {}],
    [
      'a lock and a selector',
      { rings: [ring({ lock: true, match: ['domain:a.test', '*'], pins: { opus, sonnet } })] },
      {},
    ],
    ['settings', { settings: { model: 'opus' } }, {}],
    ['nothing', {}, {}],
  ] as const;
  for (const [what, over, endpoints] of rows) {
    await t.test(what, () => {
      const after = policy({ rings: before.rings, ...over });
      const found = pinChangesBetween(before, after, [], day).map(({ family, to }) => [family, to?.location]);
      assert.deepEqual(Object.fromEntries(found), endpoints);
    });
  }
});

test('each side carries what people weigh: price in its location, minimum CLI and retirement', () => {
  const retirement = { kind: 'not_sooner_than', date: '2032-01-01' } as const;
  const priced = { ...models[1], price: { input: 5, output: 25 }, retirement };
  const stated = (model: string, location: string): Policy =>
    policy({
      location,
      models: models.with(1, { ...priced, id: 'claude-opus-91' }),
      rings: [ring({ pins: { opus: { model } } })],
    });
  const [global] = pinChangesBetween(stated('claude-opus-92', 'global'), stated('claude-opus-91', 'global'), [], day);
  const to = {
    model: 'claude-opus-91',
    location: 'global',
    context1m: false,
    price: priced.price,
    minimumCli: '3.1.0',
    retirement,
  };
  assert.deepEqual(global, { ring: 'everyone', family: 'opus', from: opusSide, to });
  const [regional] = pinChangesBetween(
    stated('claude-opus-91', 'global'),
    stated('claude-opus-91', 'us-east5'),
    [],
    day,
  );
  assert.deepEqual(regional?.to?.price, { input: 5.5, output: 27.5 });
});

test('a removed ring comes last, and what was removed has no to', () => {
  const before = policy({ rings: [canary, ring({ pins: { opus, sonnet } })] });
  const after = policy({ rings: [ring({ pins: { sonnet: { ...sonnet, location: 'us-east5' } } })] });
  const pinChanges = pinChangesBetween(before, after, [], day);
  assert.deepEqual(pinChanges, [
    { ring: 'everyone', family: 'opus', from: opusSide, to: null },
    { ring: 'everyone', family: 'sonnet', from: sonnetSide, to: { ...sonnetSide, location: 'us-east5' } },
    { ring: 'canary', family: 'opus', from: opusSide, to: null },
  ]);
  for (const pinChange of pinChanges) assert.deepEqual(PinChange.parse(pinChange), pinChange);
});

test('a model that no catalogue has is an effect of which nothing more is known', () => {
  const [pinChange] = pinChangesBetween(null, policy({ models: [], rings: [ring({ pins: { opus } })] }), [], day);
  assert.deepEqual(pinChange?.to, { ...opusSide, minimumCli: null });
});
