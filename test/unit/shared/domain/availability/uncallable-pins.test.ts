// The gate: which pins are proven, and what could be pinned instead.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { callableModelsFor } from '../../../../../shared/domain/availability/find-callable.ts';
import { findUncallablePins } from '../../../../../shared/domain/availability/uncallable-pins.ts';
import { cell, matrix, policy, ring } from '../../../../support/world.ts';

const current = policy();
const known = matrix([
  cell('claude-opus-4-7'),
  cell('claude-opus-4-8'),
  cell('claude-sonnet-4-6'),
  cell('claude-haiku-4-5@20251001'),
  cell('claude-opus-5', { state: 'not_enabled', evidence: 'NOT_FOUND' }),
  cell('claude-opus-5-5', { state: 'no_quota', evidence: 'RESOURCE_EXHAUSTED' }),
  cell('claude-opus-5', { location: 'us' }),
]);

function movedTo(model: string, over: Record<string, unknown> = {}) {
  return policy({ rings: [ring({ pins: { ...current.rings[0]?.pins, opus: { model, ...over } } })] });
}

describe('the gate', () => {
  test('lets a pin through that was seen to answer where its ring calls it', () => {
    assert.deepEqual(findUncallablePins(current, movedTo('claude-opus-4-7'), known), []);
    assert.deepEqual(findUncallablePins(current, movedTo('claude-opus-5', { location: 'us' }), known), []);
  });

  test('holds back a pin that is not enabled, with the evidence, the nearest choice and where it would be callable', () => {
    assert.deepEqual(findUncallablePins(current, movedTo('claude-opus-5'), known), [
      {
        ring: 'everyone',
        family: 'opus',
        path: '/rings/0/pins/opus',
        project: 'acme-claude',
        location: 'global',
        model: 'claude-opus-5',
        state: 'not_enabled',
        evidence: 'NOT_FOUND',
        answeredAt: '2026-11-24T11:00:00.000Z',
        nearest: 'claude-opus-4-8',
        elsewhere: ['us'],
      },
    ]);
  });

  test('holds back a pin without quota, and one that nobody ever looked at', () => {
    const [quota] = findUncallablePins(current, movedTo('claude-opus-5-5'), known);
    const [unseen] = findUncallablePins(current, movedTo('claude-opus-4-6'), known);

    assert.equal(quota?.state, 'no_quota');
    assert.deepEqual([unseen?.state, unseen?.evidence, unseen?.answeredAt], ['unknown', '', null]);
    assert.equal(unseen?.nearest, 'claude-opus-4-7', 'nothing older is callable, so the oldest that is newer');
  });

  test('names the same version by the id that answers, before an older or a newer one', () => {
    const [byDefault] = findUncallablePins(current, movedTo('claude-opus-4-7@default'), known);
    const [dated] = findUncallablePins(current, movedTo('claude-opus-4-8@20260528'), known);

    assert.deepEqual([byDefault?.nearest, dated?.nearest], ['claude-opus-4-7', 'claude-opus-4-8']);
  });

  test('asks about every model that settings call, wherever it stands, and names the place', () => {
    const settings = {
      model: 'claude-opus-5[1m]',
      fallbackModel: ['sonnet', 'claude-opus-4-7', 'claude-opus-4-6'],
      modelOverrides: { 'claude-opus-4-1': 'claude-opus-5' },
      availableModels: ['claude-opus-5-5', 'opus', 'sonnet', 'haiku'],
      env: { CLAUDE_CODE_SUBAGENT_MODEL: 'claude-opus-5-5', ANTHROPIC_MODEL: '' },
    };
    const found = findUncallablePins(current, policy({ settings }), known);

    assert.deepEqual(found.map(({ path, model, state }) => `${path} ${model} ${state}`).toSorted(), [
      '/settings/env/CLAUDE_CODE_SUBAGENT_MODEL claude-opus-5-5 no_quota',
      '/settings/fallbackModel/2 claude-opus-4-6 unknown',
      '/settings/model claude-opus-5 not_enabled',
      '/settings/modelOverrides/claude-opus-4-1 claude-opus-5 not_enabled',
    ]);
  });

  test('asks where each ring calls a model of the settings, which a pin of it may decide', () => {
    const settings = { model: 'claude-opus-5' };
    const rings = [
      ring({ name: 'a', match: ['domain:a.test'], settings: { model: 'sonnet' } }),
      ring({ name: 'b', match: ['domain:b.test'], pins: { opus: { model: 'claude-opus-5', location: 'us' } } }),
      ring({ location: 'us' }),
    ];
    const found = findUncallablePins(current, policy({ settings, rings }), known);

    assert.deepEqual(
      found.filter(({ path }) => path === '/settings/model'),
      [],
    );
  });

  test('asks nothing of pins that stand already, so that another change is not held up by them', () => {
    const other = matrix([cell('claude-opus-4-8', { state: 'not_enabled' })]);

    assert.deepEqual(findUncallablePins(current, policy({ settings: { model: 'opus' } }), other), []);
  });

  test('asks about each pin of a ring that gets another project or location', () => {
    const moved = findUncallablePins(current, policy({ location: 'eu' }), known);

    assert.deepEqual(
      moved.map(({ family, location }) => [family, location]),
      [
        ['opus', 'eu'],
        ['sonnet', 'eu'],
        ['haiku', 'eu'],
      ],
    );
  });

  test('has nothing to hold a pin against before the first run of a probe', () => {
    assert.deepEqual(findUncallablePins(null, current, null), []);
  });

  test('is strict with a first policy once a probe has run', () => {
    assert.equal(findUncallablePins(null, policy({ project: 'other-project' }), known).length, 3);
  });
});

test('a revision keeps what is callable for each family that a pin or a setting calls, where it is called', () => {
  const settings = { env: { CLAUDE_CODE_SUBAGENT_MODEL: 'claude-haiku-4-5@20251001' } };
  const rings = [ring({ pins: { opus: { model: 'claude-opus-4-8', location: 'us' } } })];

  assert.deepEqual(callableModelsFor(policy({ settings, rings }), known), {
    'acme-claude/us': ['claude-opus-5'],
    'acme-claude/global': ['claude-haiku-4-5@20251001'],
  });
});
