// What is rendered holds: what a lock, a residency and every pin write against dotfiles, shells and other files.

import assert from 'node:assert/strict';
import test from 'node:test';
import { extendCatalogue } from '../../../../../shared/domain/models/catalogue.ts';
import type { Resolution } from '../../../../../shared/domain/serving/resolution.ts';
import { resolve } from '../../../../../shared/domain/serving/resolve.ts';
import { firstRing, models, pins, policyOfRing } from '../../../../support/invented.ts';
import { day } from '../../../../support/world.ts';

const modelVariables = [
  'ANTHROPIC_MODEL',
  'ANTHROPIC_DEFAULT_MODEL',
  'ANTHROPIC_CUSTOM_MODEL_OPTION',
  'CLAUDE_CODE_SUBAGENT_MODEL',
  'CLAUDE_CODE_AUTO_MODE_MODEL',
  'CLAUDE_CODE_WORKFLOW_SUBAGENT_MODEL',
  'CLAUDE_CODE_BG_CLASSIFIER_MODEL',
];

test("every pinned id is mapped to itself, whatever the policy's own overrides say of it, and others stay", () => {
  const modelOverrides = { 'claude-opus-92': 'claude-opus-90', 'claude-opus-91': 'claude-opus-90' };
  const { settings } = resolved({}, { settings: { modelOverrides } });

  assert.deepEqual(settings['modelOverrides'], {
    'claude-opus-91': 'claude-opus-90',
    'claude-opus-92': 'claude-opus-92',
    'claude-sonnet-90': 'claude-sonnet-90',
    'claude-haiku-90@20300101': 'claude-haiku-90@20300101',
  });
});

test('the map has the model that an older Claude Code gets instead of its pin', () => {
  const { settings } = resolved({ pins: { opus: pins.opus } }, {}, '3.1.0');

  assert.deepEqual(settings['modelOverrides'], { 'claude-opus-91': 'claude-opus-91' });
});

test('a lock is exact, names the provider, and empties the variables that choose a model', () => {
  const { settings } = resolved({ lock: true });

  assert.equal(settings['availableModelsMatch'], 'exact');
  assert.deepEqual(settings['allowedProviders'], ['vertex']);
  for (const name of [...modelVariables, 'ANTHROPIC_VERTEX_BASE_URL']) assert.equal(settings.env[name], '', name);
});

test('without a lock no variable of a shell is emptied that may choose a model', () => {
  const { settings } = resolved({ lock: false });

  for (const name of [...modelVariables, 'ANTHROPIC_VERTEX_BASE_URL'])
    assert.equal(settings.env[name], undefined, name);
  assert.deepEqual([settings['allowedProviders'], settings['availableModelsMatch']], [undefined, undefined]);
});

test('a lock leaves the variables that the policy itself sets, and lets its gateway through', () => {
  const env = { ANTHROPIC_MODEL: 'sonnet', ANTHROPIC_VERTEX_BASE_URL: 'https://gateway.test/v1' };
  const { settings } = resolved({ lock: true }, { settings: { env } });

  assert.equal(settings.env['ANTHROPIC_MODEL'], 'sonnet');
  assert.equal(settings.env['ANTHROPIC_VERTEX_BASE_URL'], 'https://gateway.test/v1');
  assert.deepEqual(settings['allowedProviders'], ['vertex', 'customEndpoint']);
});

test('an old Claude Code is told, with the lock, what of it it can not hold', () => {
  const cases = [
    ['2.1.137', ['locked', 'lock_not_held'], /refuse other models.*exact ones.*other providers/],
    ['2.1.219', ['locked', 'lock_not_held'], /not take its ids as exact ones.*other providers/],
    ['2.1.283', ['locked', 'lock_not_held'], /not refuse other providers/],
    ['2.1.286', ['locked'], /locked/],
    [null, ['locked'], /locked/],
  ] as const;
  for (const [cli, codes, text] of cases) {
    const reasons = resolved({ lock: true }, {}, cli).reasons.filter(({ about }) => about === 'lock');

    assert.deepEqual(
      reasons.map(({ code }) => code),
      codes,
    );
    assert.match(reasons.at(-1)?.text ?? '', text);
  }
});

test('a residency names the location of every known model, pinned or not, and empties the gateway of shells', () => {
  for (const [ring, rest] of [
    [{ residency: true }, {}],
    [{}, { residency: true }],
  ] as const) {
    const opus = { model: 'claude-opus-92', location: 'us-east5' };
    const { env } = resolved({ location: 'us', pins: { ...pins, opus }, ...ring }, rest).settings;
    const regions = Object.entries(env).filter(([name]) => name.startsWith('VERTEX_REGION_'));

    assert.deepEqual(Object.fromEntries(regions), {
      VERTEX_REGION_CLAUDE_92_OPUS: 'us-east5',
      VERTEX_REGION_CLAUDE_91_OPUS: 'us',
      VERTEX_REGION_CLAUDE_90_OPUS: 'us',
      VERTEX_REGION_CLAUDE_90_SONNET: 'us',
      VERTEX_REGION_CLAUDE_HAIKU_90: 'us',
    });
    assert.equal(env['ANTHROPIC_VERTEX_BASE_URL'], '');
  }
});

test("a ring without residency is free of the policy's", () => {
  const { env } = resolved({ residency: false, location: 'us' }, { residency: true }).settings;

  assert.equal(env['VERTEX_REGION_CLAUDE_91_OPUS'], undefined);
});

test('a Claude Code that calls a wrong address for the location is told so, and gets the pins unchanged', () => {
  const { reasons, pins: served } = resolved(
    { location: 'eu', pins: { opus: { model: 'claude-opus-90' } } },
    {},
    '2.1.112',
  );

  const told = reasons.find(({ code }) => code === 'cli_too_old');
  assert.match(told?.text ?? '', /claude-opus-90 needs Claude Code 3\.0\.0|eu needs Claude Code 2\.1\.113/);
  assert.equal(served[0]?.model, 'claude-opus-90');
});

test('a location has a version from which it works, even for a model that needs less', () => {
  const own = models.map((model) => (model.id === 'claude-opus-90' ? { ...model, minimumCli: '2.1.50' } : model));
  const ring = { location: 'eu', pins: { opus: { model: 'claude-opus-90' } } };
  const too = (cli: string) =>
    resolved(ring, { models: own }, cli).reasons.filter(({ code }) => code === 'cli_too_old');

  assert.match(too('2.1.112')[0]?.text ?? '', /^eu needs Claude Code 2\.1\.113, this machine runs 2\.1\.112/);
  assert.deepEqual(too('2.1.113'), []);
});

test('a region variable has a version, too: an older client gets a model whose variable it knows', () => {
  const own = models.map((model) => (model.id === 'claude-opus-92' ? { ...model, regionVariableCli: '3.2.5' } : model));
  const opus = (location: string | undefined, cli: string) => {
    const pin = location === undefined ? pins.opus : { ...pins.opus, location };
    return resolved({ pins: { opus: pin } }, { models: own }, cli).pins[0]?.model;
  };

  assert.equal(opus('us', '3.2.4'), 'claude-opus-91');
  assert.equal(opus('us', '3.2.5'), 'claude-opus-92');
  assert.equal(opus(undefined, '3.2.4'), 'claude-opus-92', 'in the place of the ring it needs no variable');
});

test('models that settings call are gated like pins, with the reason; aliases and lists stay', () => {
  const settings = {
    model: 'claude-opus-92',
    fallbackModel: ['sonnet', 'claude-opus-92[1m]'],
    availableModels: ['claude-opus-92', 'claude-opus-91', 'sonnet', 'haiku'],
    env: { CLAUDE_CODE_SUBAGENT_MODEL: 'claude-opus-92', ANTHROPIC_MODEL: '', OTHER_MODEL: 'claude-opus-92' },
  };
  const { settings: served, reasons } = resolved({ pins: {} }, { settings }, '3.1.0');

  assert.equal(served['model'], 'claude-opus-91');
  assert.deepEqual(served['fallbackModel'], ['sonnet', 'claude-opus-91[1m]']);
  assert.deepEqual(served['availableModels'], settings.availableModels);
  assert.equal(served.env['CLAUDE_CODE_SUBAGENT_MODEL'], 'claude-opus-91');
  assert.deepEqual([served.env['ANTHROPIC_MODEL'], served.env['OTHER_MODEL']], ['', 'claude-opus-92']);
  assert.deepEqual(
    reasons.filter(({ code }) => code === 'cli_gated').map(({ about }) => about),
    ['settings.env.CLAUDE_CODE_SUBAGENT_MODEL', 'settings.fallbackModel.1', 'settings.model'],
  );
});

function resolved(
  ring: Record<string, unknown>,
  rest: Record<string, unknown> = {},
  cli: string | null = '3.2.0',
): Resolution {
  const policy = policyOfRing(ring, rest);
  const catalogue = extendCatalogue([], policy.models);
  const where = { policy, ring: firstRing(policy), selector: '*', cli, catalogue, day };
  return resolve({ ...where, callableModels: null, reached: [] });
}
