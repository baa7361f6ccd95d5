// Which places a probe looks at: what is pinned, and every living model where the fleet might call it.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { extendCatalogue } from '../../../../../shared/domain/models/catalogue.ts';
import { pinnedEndpoints } from '../../../../../shared/domain/policy/pinned-endpoints.ts';
import { endpointsToProbe } from '../../../../../shared/domain/probe/endpoints-to-probe.ts';
import { policy, ring } from '../../../../support/world.ts';

const shipped = extendCatalogue(
  [],
  [
    { id: 'claude-opus-4-6' },
    { id: 'claude-opus-4-8' },
    { id: 'claude-sonnet-4@20250514', retirement: { kind: 'shut', date: '2026-09-01' } },
    { id: 'claude-haiku-4-5@20251001', retirement: { kind: 'not_sooner_than', date: '2026-10-01' } },
  ],
);
const known = { policy: null, shipped, listed: [], requested: [] };
const empty = { ...known, projects: ['acme-claude'], locations: ['global', 'us-east5'] };

function namesOf(over: Partial<Parameters<typeof endpointsToProbe>[0]>): readonly string[] {
  return endpointsToProbe({ ...empty, ...over }).map(
    ({ project, location, model }) => `${project} ${location} ${model}`,
  );
}

describe('the places to look at', () => {
  test('are living models, those newer than 4.6 in no region, those past a mere floor still', () => {
    assert.deepEqual(namesOf({}).toSorted(), [
      'acme-claude global claude-haiku-4-5@20251001',
      'acme-claude global claude-opus-4-6',
      'acme-claude global claude-opus-4-8',
      'acme-claude us-east5 claude-haiku-4-5@20251001',
      'acme-claude us-east5 claude-opus-4-6',
    ]);
  });

  for (const location of ['global', 'us', 'eu', 'us-east5', 'europe-west1']) {
    for (const [model, isOld] of [
      ['claude-3-5-haiku@20241022', true],
      ['claude-sonnet-4-6', true],
      ['claude-sonnet-4-7', false],
      ['claude-sonnet-5', false],
    ] as const) {
      const isLookedAt = isOld || location.length <= 6;
      test(`${model} is ${isLookedAt ? '' : 'not '}looked for in ${location}`, () => {
        const names = namesOf({ shipped: [], listed: [model], locations: [location] });

        assert.equal(names.length, isLookedAt ? 1 : 0);
      });
    }
  }

  test('include what settings call, and what somebody requested with all models beside it', () => {
    const settings = { model: 'claude-opus-9', env: { ANTHROPIC_MODEL: 'claude-opus-4-6' }, availableModels: ['opus'] };
    const called = namesOf({ policy: policy({ settings, rings: [ring({ pins: {} })] }), projects: [], locations: [] });
    const requested = [{ project: 'acme-labs', location: 'asia-southeast1', model: 'claude-opus-9' }];
    const asked = namesOf({ requested, projects: [], locations: [] });

    assert.ok(called.includes('acme-claude global claude-opus-9'));
    assert.ok(called.includes('acme-claude global claude-opus-4-6'));
    assert.deepEqual(asked.toSorted(), [
      'acme-labs asia-southeast1 claude-haiku-4-5@20251001',
      'acme-labs asia-southeast1 claude-opus-4-6',
      'acme-labs asia-southeast1 claude-opus-9',
    ]);
  });

  test('include what is pinned, wherever, and every model in the projects and locations of the pins', () => {
    const rings = [
      ring({ name: 'labs', match: ['domain:labs.test'], project: 'acme-labs', location: 'eu', pins: {} }),
      ring({ pins: { opus: { model: 'claude-opus-4-8', location: 'us-east5' }, haiku: { model: 'claude-haiku-9' } } }),
    ];
    const names = namesOf({ policy: policy({ rings }), projects: [], locations: [] });

    assert.ok(names.includes('acme-claude us-east5 claude-opus-4-8'), 'newer than 4.6, but pinned there');
    assert.ok(names.includes('acme-claude global claude-haiku-9'), 'not in the catalogue, but pinned');
    assert.ok(names.includes('acme-claude global claude-opus-4-6'));
    assert.equal(new Set(names).size, names.length);
  });

  test('leave out what is listed but is no model, is known already or was shut', () => {
    const listed = ['gemini-9', 'claude-opus-4-8', 'claude-sonnet-4@20250514'];

    assert.deepEqual(namesOf({ listed }), namesOf({}));
  });
});

test("a ring calls a pin in its own location, else in the ring's, else in the policy's; the same for projects", () => {
  const rings = [
    ring({
      name: 'a',
      match: ['domain:a.test'],
      project: 'acme-labs',
      location: 'eu',
      pins: { opus: { model: 'claude-opus-5' } },
    }),
    ring({ pins: { opus: { model: 'claude-opus-5', location: 'us' }, sonnet: { model: 'claude-sonnet-5' } } }),
  ];
  const endpoints = pinnedEndpoints(policy({ rings })).map(({ ring: name, family, endpoint }) => [
    name,
    family,
    endpoint.project,
    endpoint.location,
  ]);

  assert.deepEqual(endpoints, [
    ['a', 'opus', 'acme-labs', 'eu'],
    ['everyone', 'opus', 'acme-claude', 'us'],
    ['everyone', 'sonnet', 'acme-claude', 'global'],
  ]);
});
