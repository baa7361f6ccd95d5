// The consequences of a change: what raises risk, what lowers it, and what is neutral, for whom.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Consequence } from '../../../../../shared/domain/consequences/consequence.ts';
import { consequencesOf } from '../../../../../shared/domain/consequences/consequences.ts';
import type { Policy } from '../../../../../shared/domain/policy/policy.ts';
import type { Rollout } from '../../../../../shared/domain/serving/rollout.ts';
import { catalogue, day, pins, policy } from '../../../../support/world.ts';
import { everyone, lowering, neutral, pilot, raising, withPins, withRing } from './consequence-rows.ts';
import { loweringLists, raisingLists } from './model-list-rows.ts';

function between(before: Policy | null, after: Policy): readonly Consequence[] {
  const state = (each: Policy) => ({ policy: each, rollouts: [], callableModels: null });
  return consequencesOf(before === null ? null : state(before), state(after), catalogue, day);
}

/** Path and risk of each, in order; once, though classes of clients can get it in different ways. */
function told(before: Record<string, unknown>, after: Record<string, unknown>): readonly string[] {
  return [...new Set(between(policy(before), policy(after)).map(({ path, risk }) => `${risk} ${path}`))];
}

for (const [kind, rows] of [
  ['raises', [...raising, ...raisingLists]],
  ['lowers', [...lowering, ...loweringLists]],
  ['neutral', neutral],
] as const) {
  describe(`${kind}:`, () => {
    for (const [name, before, after, expected] of rows) {
      test(name, () => {
        assert.deepEqual(told(before, after), expected);
      });
    }
  });
}

describe('consequences', () => {
  test('are none for the first policy', () => {
    assert.deepEqual(between(null, policy()), []);
  });

  test('name both projects', () => {
    const [first] = between(policy(), policy(withRing({ project: 'other-project' })));
    assert.deepEqual(first, {
      concerns: ['ring everyone'],
      clients: null,
      path: '/project',
      from: 'acme-claude',
      to: 'other-project',
      risk: 'raises',
    });
  });

  test('name the machines that come to another ring, with what changes for them', () => {
    const newer = { ...pilot, pins: { ...pins, opus: { model: 'claude-opus-5' } } };
    const before = policy({ rings: [newer, everyone] });
    const after = policy({ rings: [{ ...newer, match: ['domain:a.test', 'label:team=x'] }, everyone] });
    const concerns = 'machines that move from ring everyone to ring pilot, such as those of label:team=x';
    assert.deepEqual(
      between(before, after).map((each) => [each.path, each.concerns, each.risk]),
      [
        ['/ring', [concerns], 'raises'],
        ['/pins/opus', [concerns], 'raises'],
      ],
    );
  });

  test('name the versions of Claude Code that get a difference', () => {
    const [before, after] = ['claude-opus-5', 'claude-opus-5-5'].map((model) => policy(withPins({ opus: { model } })));
    assert.ok(before && after);
    const clients = between(before, after).map((each) => each.clients);
    assert.deepEqual(clients, ['of an unstated version, before 2.0.51, 2.1.280 and later']);
  });

  test('name a region variable that another family leaves behind, with the location that it then has', () => {
    const regionVariable = 'VERTEX_REGION_CLAUDE_OWN';
    const models = ['claude-opus-4-8', 'claude-haiku-5'].map((id) => ({ id, regionVariable }));
    const opus = { model: 'claude-opus-4-8', location: 'us' };
    const [before, after] = ['claude-haiku-5', 'claude-haiku-4-5@20251001'].map((model) =>
      policy({ models, ...withPins({ opus, haiku: { model } }) }),
    );
    assert.ok(before && after);
    const variable = between(before, after).find(({ path }) => path.endsWith(regionVariable));
    assert.deepEqual(
      [variable?.from, variable?.to, variable?.path],
      ['global', 'us', `/settings/env/${regionVariable}`],
    );
  });

  test('say that rings with the same difference have it', () => {
    const [one] = between(
      policy({ rings: [pilot, everyone] }),
      policy({ rings: [pilot, everyone], lock: true }),
    ).filter(({ path }) => path === '/locked');
    assert.deepEqual(one?.concerns, ['ring pilot', 'ring everyone']);
  });

  test('concern a machine that the next stage of a rollout reaches', () => {
    const [before, after] = [0, 1].map((stage) => ({
      policy: policy(),
      rollouts: [rollout(stage)],
      callableModels: null,
    }));
    assert.ok(before && after);
    assert.deepEqual(
      consequencesOf(before, after, catalogue, day).map(({ path, risk }) => `${risk} ${path}`),
      ['raises /pins/opus'],
    );
  });

  test('are none for a rollout that stays at its stage', () => {
    const state = { policy: policy(), rollouts: [rollout(1)], callableModels: null };
    assert.deepEqual(consequencesOf(state, { ...state }, catalogue, day), []);
  });

  test('tell all facts about a model that stands in the list twice', () => {
    const [id, minimumCli] = ['claude-opus-4-8', '2.2.0'];
    const [one] = between(
      policy({ models: [{ id, minimumCli }] }),
      policy({
        models: [
          { id, minimumCli },
          { id, locations: ['us'] },
        ],
      }),
    );
    assert.deepEqual(
      [one?.from, one?.to],
      [
        { id, minimumCli },
        { id, minimumCli, locations: ['us'] },
      ],
    );
  });

  test('name a key whatever characters it has', () => {
    assert.deepEqual(told({}, { settings: { 'companyAnnouncements\0hooks': 1, 'env\0A': 1 } }), [
      'raises /settings/companyAnnouncements\0hooks',
      'raises /settings/env\0A',
    ]);
  });

  test("show that a ring's null replaces a value of the policy", () => {
    const settings = { hooks: { Stop: [] } };
    const rings = [{ ...everyone, settings: { hooks: null } }];
    assert.deepEqual(told({ settings }, { settings, rings }), ['raises /settings/hooks']);
  });
});

function rollout(stage: number): Rollout {
  const times = { stageSince: '2026-11-24T00:00:00.000Z', startedAt: '2026-11-24T00:00:00.000Z', endedAt: null };
  return {
    ...{ id: 1, ring: 'everyone', family: 'opus', salt: 'salt-of-1', state: 'running', firstRevision: 1 },
    from: { ...pins.opus, context1m: false },
    to: { model: 'claude-opus-5', context1m: false },
    ...{ stages: [10, 50, 100], bakeMinutes: 60, abortAtFailurePercent: 5, minReports: 20, stage },
    ...times,
    ...{ by: 'pinward', reason: 'test', forced: null },
  };
}
