// Upgrades that follow the pins of a new policy: a table of pins before and after, and what becomes of each upgrade.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { followPins } from '../../../../../shared/domain/rollouts/reopen.ts';
import { emptyRolloutState } from '../../../../../shared/domain/rollouts/rollout-state.ts';
import { startTransition } from '../../../../../shared/domain/rollouts/transition.ts';
import type { UpgradeState } from '../../../../../shared/domain/rollouts/upgrade.ts';
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

function followed(state: UpgradeState, before: string | null, after: string | null) {
  const upgrade = { ...newUpgrade(`everyone.opus.${model}`, 'everyone', 'opus', model, now), state };
  const transition = startTransition({
    revision: revision({ policy: pinned(before) }),
    rolloutState: { ...emptyRolloutState, upgrades: [upgrade] },
    matrix: matrix([cell(model)]),
    catalogue,
    now,
  });
  return followPins({ ...transition, policy: pinned(after) }, 'ada', 'moved back').rolloutState.upgrades;
}

function pinned(opus: string | null) {
  const { opus: _, ...others } = pins;
  return policy({ rings: [ring({ pins: opus === null ? others : { ...others, opus: { model: opus } } })] });
}
