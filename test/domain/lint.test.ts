// Each mistake that lint knows: that it is found with its severity and path, and that its right neighbour is not.

import assert from 'node:assert/strict';
import test from 'node:test';
import type { Entry } from '../../shared/domain/entry.ts';
import { lint } from '../../shared/domain/lint.ts';
import type { Policy } from '../../shared/domain/policy.ts';
import { ring } from '../world.ts';
import { models, pins, policy, policyOfRing } from './invented.ts';

const day = '2031-05-01';
const canary = ring({ name: 'canary', match: ['domain:a.test'], pins });
const at = '/rings/0/pins/opus';

interface Row {
  readonly what: string;
  readonly policy: Policy;
  readonly finds: readonly string[];
}

const rows: readonly Row[] = [
  { what: 'a policy as it should be', policy: policy(), finds: [] },
  { what: 'two rings as they should be', policy: policy({ rings: [canary, ring({ pins })] }), finds: [] },
  {
    what: 'a ring for everyone before another',
    policy: policy({ rings: [ring({ name: 'a', match: ['domain:a.test', '*'], pins }), ring({ match: ['machine:b', '*'], pins })] }),
    finds: ['error ring_unreachable /rings/0/match', 'warning selector_shadowed /rings/1/match'],
  },
  {
    what: 'a selector of an earlier ring',
    policy: policy({ rings: [canary, ring({ match: ['domain:a.test', '*'], pins })] }),
    finds: ['warning selector_shadowed /rings/1/match'],
  },
  { what: 'a lock on no pins', policy: policyOfRing({ pins: {}, lock: true }), finds: ['error lock_without_pins /rings/0/pins'] },
  {
    what: "the policy's lock on no pins",
    policy: policyOfRing({ pins: {} }, { lock: true }),
    finds: ['error lock_without_pins /rings/0/pins'],
  },
  { what: 'a ring free of the lock, without pins', policy: policyOfRing({ pins: {}, lock: false }, { lock: true }), finds: [] },
  { what: 'no pins and no lock', policy: policyOfRing({ pins: {} }), finds: [] },
  { what: 'opus alone', policy: pinned({}, ['opus']), finds: ['warning pins_incomplete /rings/0/pins'] },
  { what: 'opus without haiku', policy: pinned({}, ['opus', 'sonnet']), finds: ['warning pins_incomplete /rings/0/pins'] },
  { what: 'sonnet and haiku without opus', policy: pinned({}, ['sonnet', 'haiku']), finds: [] },
  { what: 'a model that nobody knows', policy: pinned({ model: 'claude-opus-99' }), finds: [`error model_unknown ${at}/model`] },
  { what: 'a known model written with @default', policy: pinned({ model: 'claude-opus-92@default' }), finds: [] },
  { what: 'a model of another family', policy: pinned({ model: 'claude-sonnet-90' }), finds: [`warning family_differs ${at}/model`] },
  { what: 'a model that availableModels stops', policy: available(['sonnet', 'haiku', 'claude-opus-91']), finds: [`error pin_not_available ${at}/model`] },
  { what: 'models that availableModels lets through', policy: available(['claude-opus-92[1m]', 'sonnet-90', 'haiku']), finds: [] },
  {
    what: "a model that the ring's availableModels stops, which replaces the policy's",
    policy: policyOfRing({ settings: { availableModels: ['sonnet', 'haiku'] } }, { settings: { availableModels: ['opus', 'sonnet', 'haiku'] } }),
    finds: [`error pin_not_available ${at}/model`],
  },
  { what: 'a ring where a model is not served', policy: policyOfRing({ pins: { sonnet: pins.sonnet }, location: 'eu' }), finds: ['error location_not_served /rings/0/pins/sonnet/model'] },
  { what: 'a pin where a model is not served', policy: pinned({ location: 'eu' }), finds: [`error location_not_served ${at}/location`] },
  { what: 'a model of unknown locations', policy: own({ locations: undefined }), finds: [] },
  { what: 'a pin elsewhere, with a variable to say so', policy: pinned({ location: 'us' }), finds: [] },
  { what: 'a pin elsewhere, without a variable', policy: own({ regionVariable: undefined }, { location: 'us' }), finds: [`error location_not_expressible ${at}/location`] },
  { what: 'a pin that says where the ring is, without a variable', policy: own({ regionVariable: undefined }, { location: 'global' }), finds: [] },
  { what: 'a window that the model lacks', policy: own({ context1m: { kind: 'none' } }, { context1m: true }), finds: [`error context1m_unsupported ${at}/context1m`] },
  { what: 'a window that nobody knows of', policy: own({ context1m: undefined }, { context1m: true }), finds: [`warning context1m_unknown ${at}/context1m`] },
  { what: 'no window asked of a model that lacks it', policy: own({ context1m: { kind: 'none' } }), finds: [] },
  { what: 'a window that the model has', policy: pinned({ context1m: true }), finds: [] },
  { what: 'a model shut today', policy: retiring('shut', day), finds: [`error model_shut ${at}/model`] },
  { what: 'a model shut tomorrow', policy: retiring('shut', '2031-05-02'), finds: [`warning model_closing ${at}/model`] },
  { what: 'a floor that has passed', policy: retiring('not_sooner_than', '2031-04-01'), finds: [`warning model_past_floor ${at}/model`] },
  { what: 'a floor in 30 days', policy: retiring('not_sooner_than', '2031-05-31'), finds: [`warning model_past_floor ${at}/model`] },
  { what: 'a floor in 31 days', policy: retiring('not_sooner_than', '2031-06-01'), finds: [] },
  { what: 'one model in two locations', policy: shared('claude-opus-92', 'us'), finds: ['warning family_differs /rings/0/pins/fable/model', 'error location_conflict /rings/0/pins/fable/location'] },
  { what: 'one model in one location for two families', policy: shared('claude-opus-92', 'global'), finds: ['warning family_differs /rings/0/pins/fable/model'] },
  {
    what: 'two models in two locations on one variable',
    policy: shared('claude-opus-91', 'us', { regionVariable: 'VERTEX_REGION_CLAUDE_91_OPUS' }),
    finds: ['warning family_differs /rings/0/pins/fable/model', 'error location_conflict /rings/0/pins/fable/location'],
  },
];

test('lint finds each mistake, and only where there is one', async (t) => {
  for (const { what, policy: linted, finds } of rows) {
    await t.test(what, () => {
      const found = lint(linted, [], day);
      assert.deepEqual(found.map(({ severity, code, path }) => `${severity} ${code} ${path}`), finds);
      for (const { message, fix } of found) assert.ok(message.length > 0 && fix.length > 0);
    });
  }
});

test('every code of lint is in the table above', () => {
  const codes = new Set(rows.flatMap(({ finds }) => finds.map((find) => find.split(' ')[1])));
  assert.equal(codes.size, 15);
});

test('the shipped catalogue counts as well as the own models, which win', () => {
  const shipped = [entry('claude-opus-92', ['us'], 'high')];
  const onShipped = policyOfRing({ pins: { sonnet: pins.sonnet, haiku: pins.haiku, opus: pins.opus } }, { models: models.slice(1) });
  assert.deepEqual(lint(onShipped, shipped, day).map(({ code }) => code), ['location_not_served']);
  assert.deepEqual(lint(policy(), shipped, day), []);
});

test('what is doubted of locations only warns', () => {
  const onShipped = policyOfRing({}, { models: models.slice(1) });
  const severities = (['high', 'medium', 'low', 'unknown'] as const).map((certainty) => {
    return lint(onShipped, [entry('claude-opus-92', ['us'], certainty)], day).map(({ severity }) => severity);
  });
  assert.deepEqual(severities, [['error'], ['error'], ['warning'], ['warning']]);
});

/** The everyday pins with what opus says otherwise, or only those of some families. */
function pinned(opus: Record<string, unknown>, only: readonly string[] = Object.keys(pins)): Policy {
  const all = { ...pins, opus: { ...pins.opus, ...opus } };
  return policyOfRing({ pins: Object.fromEntries(Object.entries(all).filter(([family]) => only.includes(family))) });
}

/** The everyday pins on a catalogue that knows something else of the pinned opus. */
function own(facts: Record<string, unknown>, opus: Record<string, unknown> = {}): Policy {
  const [pinnedModel, ...others] = models;
  const changed = Object.entries({ ...pinnedModel, ...facts }).filter(([, value]) => value !== undefined);
  return policyOfRing({ pins: { ...pins, opus: { ...pins.opus, ...opus } } }, { models: [Object.fromEntries(changed), ...others] });
}

function retiring(kind: string, date: string): Policy {
  return own({ retirement: { kind, date } });
}

function available(availableModels: readonly string[]): Policy {
  return policyOfRing({}, { settings: { availableModels } });
}

/** Fable on a model of opus, in a location of its own. */
function shared(model: string, location: string, facts: Record<string, unknown> = {}): Policy {
  const { models: changed } = own(facts);
  return policyOfRing({ pins: { ...pins, fable: { model, location } } }, { models: changed });
}

function entry(id: string, locations: string[], certainty: 'high' | 'medium' | 'low' | 'unknown'): Entry {
  const unknown = { value: null, source: 'test', certainty: 'unknown' } as const;
  const known = { value: locations, source: 'test', certainty };
  const facts = { released: unknown, minimumCli: unknown, regionVariable: unknown, context1m: unknown };
  return { id, ...facts, locations: known, price: unknown, retirement: unknown, note: null };
}
