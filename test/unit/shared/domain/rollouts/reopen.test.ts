// Upgrades that follow the pins of a new policy: a table of pins before and after, and what becomes of each upgrade.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Policy } from '../../../../../shared/domain/policy/policy.ts';
import { followPins } from '../../../../../shared/domain/rollouts/reopen.ts';
import { emptyRolloutState } from '../../../../../shared/domain/rollouts/rollout-state.ts';
import { startTransition, type Transition } from '../../../../../shared/domain/rollouts/transition.ts';
import type { Upgrade, UpgradeState } from '../../../../../shared/domain/rollouts/upgrade.ts';
import { newUpgrade } from '../../../../../shared/domain/rollouts/upgrade-actions.ts';
import { catalogue, cell, matrix, pins, policy, revision, ring } from '../../../../support/world.ts';

const now = '2026-11-24T12:00:00.000Z';
const model = 'claude-opus-5';

describe('an upgrade to opus 5', () => {
  for (const [state, before, after, then, isMarked] of [
    ['superseded', 'claude-opus-5', 'claude-opus-4-8', 'found', true],
    ['superseded', 'claude-opus-5-5', 'claude-opus-4-8', 'found', true],
    ['rolled_out', 'claude-opus-5', 'claude-opus-4-8', 'found', true],
    ['rejected', 'claude-opus-5', 'claude-opus-4-8', 'found', true],
    ['superseded', null, 'claude-opus-4-8', 'found', true],
    ['rejected', null, 'claude-opus-4-8', 'rejected', false],
    ['rejected', 'claude-opus-4-8', 'claude-opus-4-6', 'rejected', false],
    ['superseded', 'claude-opus-5-5', 'claude-opus-5', 'superseded', false],
    ['found', 'claude-opus-4-8', 'claude-opus-4-6', 'found', false],
    ['found', 'claude-opus-4-8', 'claude-opus-5', 'superseded', false],
    ['found', 'claude-opus-4-8', null, 'superseded', false],
  ] as const) {
    const marked = isMarked ? ', and then needs a person' : '';
    test(`that is ${state} is ${then} when the pin moves from ${before} to ${after}${marked}`, () => {
      const upgrade = followed(state, before, after).find((each) => each.model === model);

      assert.deepEqual([upgrade?.state, upgrade?.reopened?.by ?? null], [then, isMarked ? 'ada' : null]);
    });
  }

  test('is all that is offered when the pin named a model of another family before', () => {
    const offered = followed('found', 'claude-sonnet-5-5', 'claude-opus-4-8');

    assert.deepEqual(
      offered.map((each) => each.model),
      [model],
    );
  });
});

describe('an upgrade to opus 5 of a ring that gets another name', () => {
  for (const [state, after, then, isMarked] of [
    ['rejected', 'claude-opus-4-8', 'rejected', false],
    ['ready', 'claude-opus-4-8', 'found', false],
    ['approved', 'claude-opus-4-8', 'found', false],
    ['superseded', 'claude-opus-4-8', 'superseded', false],
    ['rejected', 'claude-opus-4-6', 'rejected', false],
    ['found', 'claude-opus-5', 'superseded', false],
  ] as const) {
    test(`that was ${state} is ${then} when the pin goes from 4.8 to ${after} with the name`, () => {
      const upgrades = followed(state, 'claude-opus-4-8', after, { renamed: true });
      const kept = upgrades.find(({ id }) => id === `all.opus.${model}`);
      assert.deepEqual([kept?.state, kept?.reopened !== null], [then, isMarked]);
    });
  }

  test('needs a person when the pin moves back past it with the name', () => {
    const kept = followed('superseded', 'claude-opus-5-5', 'claude-opus-4-8', { renamed: true });
    assert.deepEqual(
      kept.filter(({ ring: name }) => name === 'all').map((each) => [each.model, each.state, each.reopened?.by]),
      [
        [model, 'found', 'ada'],
        ['claude-opus-5-5', 'found', 'ada'],
      ],
    );
  });

  test('stays rejected where only one of two rings that become one had rejected it', () => {
    const two = [ring({ name: 'one', match: ['domain:example.com'] }), ring({ name: 'other' })];
    const upgrades = ['one', 'other'].map((name) => newUpgrade(`${name}.opus.${model}`, name, 'opus', model, now));
    const rejected = upgrades.map((each) => (each.ring === 'one' ? each : { ...each, state: 'rejected' as const }));
    for (const order of [rejected, rejected.toReversed()]) {
      const found = followPins(
        start(policy({ rings: two }), order, policy({ rings: [ring({ name: 'all' })] })),
        'ada',
        '',
      );
      assert.equal(found.rolloutState.upgrades.find(({ id }) => id === `all.opus.${model}`)?.state, 'rejected');
    }
  });

  test('is decided anew in a ring that was there before, whatever its machines come from', () => {
    const rings = (names: readonly string[]) =>
      policy({ rings: [ring({ name: 'one', match: names }), ring({ name: 'other' })] });
    const upgrade = { ...newUpgrade(`one.opus.${model}`, 'one', 'opus', model, now), state: 'rejected' as const };
    const { upgrades } = followPins(
      start(rings(['label:a=b', 'label:a=c']), [upgrade], rings(['label:a=b'])),
      'ada',
      '',
    ).rolloutState;
    assert.deepEqual(
      upgrades.map(({ id }) => id),
      [upgrade.id],
    );
  });
});

function followed(
  state: UpgradeState,
  before: string | null,
  after: string | null,
  { renamed = false }: { readonly renamed?: boolean } = {},
) {
  const upgrade = { ...newUpgrade(`everyone.opus.${model}`, 'everyone', 'opus', model, now), state };
  const transition = start(pinned(before), [upgrade], pinned(after, renamed ? 'all' : 'everyone'));
  return followPins(transition, 'ada', 'moved back').rolloutState.upgrades;
}

/** A change of the policy, with the upgrades of before. */
function start(before: Policy, upgrades: readonly Upgrade[], after: Policy): Transition {
  const transition = startTransition({
    revision: revision({ policy: before }),
    rolloutState: { ...emptyRolloutState, upgrades: [...upgrades] },
    matrix: matrix([cell(model)]),
    catalogue,
    now,
  });
  return { ...transition, policy: after };
}

function pinned(opus: string | null, name = 'everyone') {
  const { opus: _, ...others } = pins;
  return policy({ rings: [ring({ name, pins: opus === null ? others : { ...others, opus: { model: opus } } })] });
}
