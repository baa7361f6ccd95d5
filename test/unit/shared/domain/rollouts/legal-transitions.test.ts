// The tables of legal transitions: each pair of states is allowed or refused as they say, and no other way leads past them.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  checkRolloutMove,
  checkUpgradeTransition,
  isEnded,
  type RolloutMove,
} from '../../../../../shared/domain/rollouts/legal-transitions.ts';
import { type Upgrade, UpgradeState } from '../../../../../shared/domain/rollouts/upgrade.ts';
import { Rollout } from '../../../../../shared/domain/serving/rollout.ts';

const states = Rollout.shape.state.options;
const moves: readonly RolloutMove[] = ['started', 'advanced', 'paused', 'resumed', 'completed', 'aborted'];

/** As functions/api/README.md tells the life of a rollout: MOVE STATE>STATE. */
const legalMoves = new Set([
  'started new>running',
  'advanced running>running',
  'paused running>paused',
  'resumed paused>running',
  'completed running>completed',
  'aborted running>aborted',
  'aborted paused>aborted',
]);

/** As functions/api/README.md tells the life of an upgrade; an upgrade may stay as it is, too. */
const legalUpgrades = new Set([
  ...['soaking', 'ready', 'approved', 'rejected', 'superseded'].map((to) => `found>${to}`),
  ...['found', 'ready', 'approved', 'rejected', 'superseded'].map((to) => `soaking>${to}`),
  ...['found', 'soaking', 'approved', 'rejected', 'superseded', 'rolled_out'].map((to) => `ready>${to}`),
  ...['found', 'rejected', 'superseded', 'rolled_out'].map((to) => `approved>${to}`),
  ...['rejected', 'superseded', 'rolled_out'].map((from) => `${from}>found`),
]);

describe('a rollout', () => {
  for (const move of moves) {
    for (const from of ['new', ...states] as const) {
      for (const to of states) {
        const isLegal = legalMoves.has(`${move} ${from}>${to}`);
        test(`that is ${from} ${isLegal ? 'may' : 'can not'} be ${move} to be ${to}`, () => {
          const check = () => checkRolloutMove(from === 'new' ? null : rollout(from), rollout(to), move);

          if (isLegal) check();
          else assert.throws(check, /rollout 1 is/);
        });
      }
    }
  }
});

describe('an upgrade', () => {
  for (const from of UpgradeState.options) {
    for (const to of UpgradeState.options) {
      const isLegal = from === to || legalUpgrades.has(`${from}>${to}`);
      test(`that is ${from} ${isLegal ? 'may' : 'can not'} become ${to}`, () => {
        const check = () => checkUpgradeTransition(upgrade(from), upgrade(to));

        if (isLegal) check();
        else assert.throws(check, /it can not become/);
      });
    }
  }

  test('has ended once it is rejected, superseded or rolled out', () => {
    const ended = UpgradeState.options.filter((state) => isEnded({ state }));

    assert.deepEqual(ended, ['rejected', 'superseded', 'rolled_out']);
  });
});

function rollout(state: Rollout['state']): Rollout {
  return {
    id: 1,
    ring: 'everyone',
    family: 'opus',
    from: { model: 'claude-opus-4-8', context1m: false },
    to: { model: 'claude-opus-5', context1m: false },
    salt: '0123456789abcdef',
    stages: [10, 100],
    bakeMinutes: 60,
    abortAtFailurePercent: 5,
    minReports: 20,
    stage: 0,
    state,
    stageSince: '2026-11-24T11:00:00.000Z',
    startedAt: '2026-11-24T11:00:00.000Z',
    endedAt: null,
    firstRevision: 2,
    by: 'pinward',
    reason: '',
    forced: null,
  };
}

function upgrade(state: UpgradeState): Upgrade {
  return {
    id: 'everyone.opus.claude-opus-5',
    ring: 'everyone',
    family: 'opus',
    model: 'claude-opus-5',
    state,
    since: '2026-11-24T11:00:00.000Z',
    foundAt: '2026-11-24T11:00:00.000Z',
    proposed: null,
    decided: null,
    reopened: null,
    rollout: null,
  };
}
