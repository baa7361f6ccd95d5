// What a change of the policy means for machines.

import assert from 'node:assert/strict';
import test from 'node:test';
import { effectsOf } from '../../shared/domain/effects.ts';
import { day, ring } from '../world.ts';
import { pins, policy } from './invented.ts';

const { opus, sonnet } = pins;
const canary = ring({ name: 'canary', match: ['domain:a.test'], pins: { opus } });

test('a first policy brings each ring its pins, in the order of rings and families', () => {
  const after = policy({ rings: [canary, ring({ pins: { sonnet, opus } })] });
  assert.deepEqual(effectsOf(null, after, [], day), [
    { ring: 'canary', family: 'opus', from: null, to: 'claude-opus-92 in global' },
    { ring: 'everyone', family: 'opus', from: null, to: 'claude-opus-92 in global' },
    { ring: 'everyone', family: 'sonnet', from: null, to: 'claude-sonnet-90 in global' },
  ]);
});

test('only what changes for a machine is an effect: model, location or window, wherever in the policy that was said', () => {
  const before = policy({ rings: [ring({ pins: { opus, sonnet } })] });
  const cases = [
    [{ location: 'us-east5' }, 'claude-opus-92 in us-east5', 'claude-sonnet-90 in us-east5'],
    [{ rings: [ring({ location: 'us-east5', pins: { opus, sonnet } })] }, 'claude-opus-92 in us-east5', 'claude-sonnet-90 in us-east5'],
    [{ rings: [ring({ pins: { opus, sonnet: { ...sonnet, context1m: true } } })] }, null, 'claude-sonnet-90[1m] in global'],
    [{ rings: [ring({ pins: { opus: { model: 'claude-opus-91' }, sonnet } })] }, 'claude-opus-91 in global', null],
    [{ rings: [ring({ lock: true, match: ['domain:a.test', '*'], pins: { opus, sonnet } })] }, null, null],
    [{ settings: { model: 'opus' } }, null, null],
  ] as const;
  for (const [over, toOpus, toSonnet] of cases) {
    const after = policy({ rings: before.rings, ...over });
    const expected = [
      { ring: 'everyone', family: 'opus', from: 'claude-opus-92 in global', to: toOpus },
      { ring: 'everyone', family: 'sonnet', from: 'claude-sonnet-90 in global', to: toSonnet },
    ];
    assert.deepEqual(effectsOf(before, after, [], day), expected.filter(({ to }) => to !== null));
  }
});

test('a removed ring or pin has no to; those come last', () => {
  const before = policy({ rings: [canary, ring({ pins: { opus, sonnet } })] });
  const after = policy({ rings: [ring({ pins: { sonnet: { ...sonnet, location: 'us-east5' } } })] });
  assert.deepEqual(effectsOf(before, after, [], day), [
    { ring: 'everyone', family: 'sonnet', from: 'claude-sonnet-90 in global', to: 'claude-sonnet-90 in us-east5' },
    { ring: 'canary', family: 'opus', from: 'claude-opus-92 in global', to: null },
    { ring: 'everyone', family: 'opus', from: 'claude-opus-92 in global', to: null },
  ]);
});

test('a policy that reads the same has no effects', () => {
  assert.deepEqual(effectsOf(policy(), policy(), [], day), []);
});
