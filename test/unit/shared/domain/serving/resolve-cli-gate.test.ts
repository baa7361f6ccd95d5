// The CLI gate: a machine whose Claude Code is too old for a pin gets the newest model of the family that it can run.

import assert from 'node:assert/strict';
import test from 'node:test';
import { extendCatalogue } from '../../../../../shared/domain/models/catalogue.ts';
import type { OwnModel } from '../../../../../shared/domain/models/catalogue-model.ts';
import type { Resolution } from '../../../../../shared/domain/serving/resolution.ts';
import { resolve } from '../../../../../shared/domain/serving/resolve.ts';
import { firstRing, models, policyOfRing } from '../../../../support/invented.ts';

interface Case {
  readonly what: string;
  readonly cli: string | null;
  readonly serves: string;
  readonly because: string | null;
  readonly pin?: Record<string, unknown>;
  readonly family?: string;
  readonly ring?: Record<string, unknown>;
  readonly settings?: Record<string, unknown>;
  /** Facts that differ, by model; null takes a fact away. */
  readonly facts?: Readonly<Record<string, Record<string, unknown>>>;
}

const cases: readonly Case[] = [
  { what: 'new enough', cli: '3.2.0', serves: 'claude-opus-92', because: null },
  { what: 'unstated', cli: null, serves: 'claude-opus-92', because: null },
  { what: 'one behind', cli: '3.1.9', serves: 'claude-opus-91', because: 'cli_gated' },
  { what: 'two behind', cli: '3.0.9', serves: 'claude-opus-90', because: 'cli_gated' },
  { what: 'older than every model', cli: '2.9.9', serves: 'claude-opus-92', because: 'cli_too_old' },
  {
    what: 'as `claude --version` prints it',
    cli: '3.1.0 (Claude Code)',
    serves: 'claude-opus-91',
    because: 'cli_gated',
  },
  {
    what: 'a pin that is not the newest never moves up',
    cli: '3.0.0',
    pin: { model: 'claude-opus-91' },
    facts: { 'claude-opus-92': { minimumCli: '3.0.0' } },
    serves: 'claude-opus-90',
    because: 'cli_gated',
  },
  {
    what: 'the older one is not served there',
    cli: '3.0.9',
    ring: { location: 'us' },
    serves: 'claude-opus-92',
    because: 'cli_too_old',
  },
  {
    what: 'where the older one is served is unknown',
    cli: '3.1.9',
    facts: { 'claude-opus-91': { locations: null } },
    serves: 'claude-opus-90',
    because: 'cli_gated',
  },
  {
    what: 'the older one is shut',
    cli: '3.1.9',
    facts: { 'claude-opus-91': { retirement: { kind: 'shut', date: '2031-05-01' } } },
    serves: 'claude-opus-90',
    because: 'cli_gated',
  },
  {
    what: 'the older one is past its floor, which is no shutdown',
    cli: '3.1.9',
    facts: { 'claude-opus-91': { retirement: { kind: 'not_sooner_than', date: '2031-01-01' } } },
    serves: 'claude-opus-91',
    because: 'cli_gated',
  },
  {
    what: 'what the older one needs is unknown',
    cli: '3.1.9',
    facts: { 'claude-opus-91': { minimumCli: null } },
    serves: 'claude-opus-90',
    because: 'cli_gated',
  },
  {
    what: 'what the pinned one needs is unknown',
    cli: '1.0.0',
    facts: { 'claude-opus-92': { minimumCli: null } },
    serves: 'claude-opus-92',
    because: null,
  },
  {
    what: 'nothing is known of the pinned one',
    cli: '1.0.0',
    pin: { model: 'claude-opus-99' },
    serves: 'claude-opus-99',
    because: null,
  },
  {
    what: 'availableModels stops the nearest older one',
    cli: '3.1.9',
    settings: { availableModels: ['claude-opus-92', 'claude-opus-90'] },
    serves: 'claude-opus-90',
    because: 'cli_gated',
  },
  {
    what: 'availableModels stops every older one',
    cli: '3.1.9',
    settings: { availableModels: ['claude-opus-92'] },
    serves: 'claude-opus-92',
    because: 'cli_too_old',
  },
  {
    what: 'the pin is elsewhere and the older one goes along',
    cli: '3.1.9',
    pin: { model: 'claude-opus-92', location: 'us-east5' },
    serves: 'claude-opus-91',
    because: 'cli_gated',
  },
  {
    what: 'the pin is elsewhere, where no variable would send the older one',
    cli: '3.1.9',
    pin: { model: 'claude-opus-92', location: 'us-east5' },
    facts: { 'claude-opus-91': { regionVariable: null } },
    serves: 'claude-opus-92',
    because: 'cli_too_old',
  },
  {
    what: 'the older one has no variable and the pin is where the ring is',
    cli: '3.1.9',
    facts: { 'claude-opus-91': { regionVariable: null } },
    serves: 'claude-opus-91',
    because: 'cli_gated',
  },
  {
    what: 'whoever asks for fable gets an opus by the pin, so an older opus',
    cli: '3.1.9',
    family: 'fable',
    serves: 'claude-opus-91',
    because: 'cli_gated',
  },
];

test('the CLI gate', async (t) => {
  for (const each of cases) {
    await t.test(each.what, () => {
      const { pins, reasons } = resolved(each);
      assert.equal(pins[0]?.model, each.serves);
      assert.deepEqual(
        reasons.map(({ code }) => code).filter((code) => code.startsWith('cli_') && code !== 'cli_unstated'),
        each.because === null ? [] : [each.because],
      );
    });
  }
});

test('a gated pin carries the variable and the window rule of the model that is served, and the lock lists it', () => {
  const { settings } = resolved({
    cli: '3.1.0',
    pin: { model: 'claude-opus-92', context1m: true },
    ring: { lock: true },
  });
  assert.deepEqual(settings['availableModels'], ['claude-opus-91']);
  assert.equal(settings.env['ANTHROPIC_DEFAULT_OPUS_MODEL'], 'claude-opus-91[1m]');
  assert.equal(settings.env['VERTEX_REGION_CLAUDE_91_OPUS'], 'global');
  assert.equal(settings.env['VERTEX_REGION_CLAUDE_92_OPUS'], undefined);
});

test('the reason names the pin, what it needs, what the machine has and what it gets', () => {
  const gated = resolved({ cli: '3.1.0' }).reasons.find(({ code }) => code === 'cli_gated');
  for (const word of ['claude-opus-92', '3.2.0', '3.1.0', 'claude-opus-91'])
    assert.ok(gated?.text.includes(word), word);
  assert.equal(gated?.about, 'opus');
});

function resolved({
  cli,
  pin,
  family = 'opus',
  ring = {},
  settings = {},
  facts = {},
}: Omit<Case, 'what' | 'serves' | 'because'>): Resolution {
  const own = models.map((model) => changed(model, facts[model.id] ?? {}));
  const pins = { [family]: pin ?? { model: 'claude-opus-92' } };
  const policy = policyOfRing({ pins, ...ring }, { models: own, settings });
  const catalogue = extendCatalogue([], policy.models);
  return resolve({
    policy,
    ring: firstRing(policy),
    selector: '*',
    cli,
    catalogue,
    day: '2031-05-01',
    callableModels: null,
    reached: [],
  });
}

function changed(model: OwnModel, facts: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries({ ...model, ...facts }).filter(([, value]) => value !== null));
}
