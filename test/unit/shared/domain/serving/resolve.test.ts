// What one machine should use: a whole example, then each rule that shapes it.

import assert from 'node:assert/strict';
import test from 'node:test';
import { extendCatalogue } from '../../../../../shared/domain/models/catalogue.ts';
import type { Policy } from '../../../../../shared/domain/policy/policy.ts';
import type { Resolution } from '../../../../../shared/domain/serving/resolution.ts';
import { resolve } from '../../../../../shared/domain/serving/resolve.ts';
import { firstRing, models, pins, policy, policyOfRing } from '../../../../support/invented.ts';
import { day, ring } from '../../../../support/world.ts';

/** The switches of other providers, which Pinward keeps empty everywhere. */
const noProviders = {
  CLAUDE_CODE_USE_BEDROCK: '',
  CLAUDE_CODE_USE_FOUNDRY: '',
  CLAUDE_CODE_USE_MANTLE: '',
  CLAUDE_CODE_USE_ANTHROPIC_AWS: '',
  CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD: '',
  CLAUDE_CODE_USE_GATEWAY: '',
};
const withoutRollouts = { callableModels: null, reached: [] };

test('a whole example: every pin, every variable, every reason', () => {
  const stated = policyOfRing(
    {
      pins: {
        ...pins,
        sonnet: { model: 'claude-sonnet-90', context1m: true, location: 'us-east5' },
        fable: { model: 'claude-fable-90' },
      },
    },
    { settings: { model: 'opus', env: { DISABLE_AUTOUPDATER: '1' }, permissions: { deny: ['WebFetch'] } } },
  );
  const env = {
    DISABLE_AUTOUPDATER: '1',
    CLAUDE_CODE_USE_VERTEX: '1',
    CLOUD_ML_REGION: 'global',
    ANTHROPIC_VERTEX_PROJECT_ID: 'acme-claude',
    ...noProviders,
    ANTHROPIC_SMALL_FAST_MODEL: '',
    ANTHROPIC_DEFAULT_OPUS_MODEL: 'claude-opus-92',
    ANTHROPIC_DEFAULT_SONNET_MODEL: 'claude-sonnet-90[1m]',
    ANTHROPIC_DEFAULT_HAIKU_MODEL: 'claude-haiku-90@20300101',
    ANTHROPIC_DEFAULT_FABLE_MODEL: 'claude-fable-90',
    VERTEX_REGION_CLAUDE_92_OPUS: 'global',
    VERTEX_REGION_CLAUDE_90_SONNET: 'us-east5',
    VERTEX_REGION_CLAUDE_HAIKU_90: 'global',
  };
  const { reasons, ...resolution } = resolved(stated, '3.2.0');
  assert.deepEqual(resolution, {
    ring: 'everyone',
    project: 'acme-claude',
    location: 'global',
    locked: false,
    pins: [
      pinOf('opus', 'claude-opus-92', 'global', 'VERTEX_REGION_CLAUDE_92_OPUS'),
      {
        ...pinOf('sonnet', 'claude-sonnet-90', 'us-east5', 'VERTEX_REGION_CLAUDE_90_SONNET'),
        context1m: true,
        variableValue: 'claude-sonnet-90[1m]',
      },
      pinOf('haiku', 'claude-haiku-90@20300101', 'global', 'VERTEX_REGION_CLAUDE_HAIKU_90'),
      pinOf('fable', 'claude-fable-90', 'global', null),
    ],
    settings: {
      model: 'opus',
      permissions: { deny: ['WebFetch'] },
      modelOverrides: {
        'claude-opus-92': 'claude-opus-92',
        'claude-sonnet-90': 'claude-sonnet-90',
        'claude-haiku-90@20300101': 'claude-haiku-90@20300101',
        'claude-fable-90': 'claude-fable-90',
      },
      env,
    },
  });
  assert.deepEqual(
    reasons.map(({ about, code }) => `${about} ${code}`),
    ['ring ring_matched', 'opus pinned', 'sonnet pinned', 'haiku pinned', 'fable pinned'],
  );
});

test('a ring without pins still says which project and location, and no model', () => {
  assert.deepEqual(resolved(policyOfRing({ pins: {} })).settings, {
    env: {
      CLAUDE_CODE_USE_VERTEX: '1',
      CLOUD_ML_REGION: 'global',
      ANTHROPIC_VERTEX_PROJECT_ID: 'acme-claude',
      ...noProviders,
      ANTHROPIC_SMALL_FAST_MODEL: '',
    },
  });
});

test("a ring's own project, location and lock come before the policy's", () => {
  const stated = policyOfRing({ project: 'acme-canary', location: 'us-east5', lock: false }, { lock: true });
  const { project, location, locked, settings } = resolved(stated);
  assert.deepEqual([project, location, locked], ['acme-canary', 'us-east5', false]);
  assert.equal(settings.env['ANTHROPIC_VERTEX_PROJECT_ID'], 'acme-canary');
  assert.equal(settings.env['CLOUD_ML_REGION'], 'us-east5');
  assert.equal(settings.env['VERTEX_REGION_CLAUDE_92_OPUS'], 'us-east5');
  assert.equal(settings['availableModels'], undefined);
});

test("a pin's own location comes before the ring's, for that model alone", () => {
  const { settings } = resolved(
    policyOfRing({ location: 'us-east5', pins: { ...pins, opus: { ...pins.opus, location: 'us' } } }),
  );
  assert.equal(settings.env['VERTEX_REGION_CLAUDE_92_OPUS'], 'us');
  assert.equal(settings.env['CLOUD_ML_REGION'], 'us-east5');
  assert.equal(settings.env['VERTEX_REGION_CLAUDE_HAIKU_90'], 'us-east5');
});

test("a ring's variables are merged into the policy's, its other settings replace theirs", () => {
  const stated = policyOfRing(
    { settings: { env: { A: 'ring', C: 'c' }, permissions: { deny: ['b'] }, companyAnnouncements: ['hi'] } },
    { settings: { env: { A: 'policy', B: 'b' }, permissions: { allow: ['a'] }, model: 'opus' } },
  );
  const { env, modelOverrides: _, ...settings } = resolved(stated).settings;
  assert.deepEqual([env['A'], env['B'], env['C']], ['ring', 'b', 'c']);
  assert.deepEqual(settings, { permissions: { deny: ['b'] }, companyAnnouncements: ['hi'], model: 'opus' });
});

test("Pinward's own variables win over settings that a schema of old let through", () => {
  const stated = policy();
  const { env } = resolved({ ...stated, settings: { env: { CLOUD_ML_REGION: 'mars', A: 'b' } } }).settings;
  assert.deepEqual([env['CLOUD_ML_REGION'], env['A']], ['global', 'b']);
});

test('a lock derives availableModels from the pins, each model once, whatever the settings say', () => {
  const settings = { availableModels: ['opus', 'sonnet', 'haiku'], enforceAvailableModels: false };
  const stated = policyOfRing({ pins: { ...pins, fable: pins.opus } }, { lock: true, settings });
  const { settings: served, locked, reasons } = resolved(stated);
  assert.equal(locked, true);
  assert.deepEqual(served['availableModels'], ['claude-opus-92', 'claude-sonnet-90', 'claude-haiku-90@20300101']);
  assert.equal(served['enforceAvailableModels'], true);
  assert.deepEqual(reasons.at(-1)?.code, 'locked');
});

test('a 1M context is asked for as this CLI needs it, and never in availableModels', async (t) => {
  const rows = [
    ['claude-opus-90', true, '3.2.0', '[1m]'],
    ['claude-opus-90', false, '3.2.0', ''],
    ['claude-opus-91', true, '3.1.4', '[1m]'],
    ['claude-opus-91', true, '3.1.5', ''],
    ['claude-opus-91', true, null, ''],
    ['claude-opus-92', true, '3.2.0', ''],
  ] as const;
  for (const [model, context1m, cli, suffix] of rows) {
    await t.test(`${model} ${context1m} on ${cli}`, () => {
      const { settings } = resolved(policyOfRing({ pins: { opus: { model, context1m } } }, { lock: true }), cli);
      assert.equal(settings.env['ANTHROPIC_DEFAULT_OPUS_MODEL'], `${model}${suffix}`);
      assert.deepEqual(settings['availableModels'], [model]);
    });
  }
});

test('a machine that does not state its CLI gets the pins as they stand, and the reason', () => {
  const { pins: served, reasons } = resolved(policy(), null);
  assert.equal(served[0]?.model, 'claude-opus-92');
  assert.deepEqual(reasons.map(({ code }) => code).slice(0, 2), ['ring_matched', 'cli_unstated']);
});

test('a pinned model written with @default is served as it was written, with the facts of its entry', () => {
  const [opus] = resolved(policyOfRing({ pins: { opus: { model: 'claude-opus-92@default' } } })).pins;
  assert.deepEqual(opus, pinOf('opus', 'claude-opus-92@default', 'global', 'VERTEX_REGION_CLAUDE_92_OPUS'));
});

function resolved(stated: Policy, cli: string | null = '3.2.0'): Resolution {
  const catalogue = extendCatalogue([], models);
  return resolve({
    policy: stated,
    ring: firstRing(stated),
    selector: '*',
    cli,
    catalogue,
    day,
    ...withoutRollouts,
  });
}

function pinOf(family: string, model: string, location: string, regionVariable: string | null) {
  return { family, model, location, context1m: false, variableValue: model, regionVariable };
}

test('the reasons name the ring and the selector', () => {
  const stated = policy({ rings: [ring({ name: 'canary', match: ['domain:a.test'], pins }), ring({ pins })] });
  const asked = { policy: stated, ring: firstRing(stated), selector: 'domain:a.test', cli: null };
  const { reasons } = resolve({ ...asked, catalogue: [], day, ...withoutRollouts });
  assert.match(reasons[0]?.text ?? '', /canary.*domain:a\.test/);
});
