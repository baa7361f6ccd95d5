// Policies with one mistake each, or with its right neighbour, and what lint finds in them; all on one day.

import type { Policy } from '../../../../../shared/domain/policy/policy.ts';
import { models, pins, policy, policyOfRing } from '../../../../support/invented.ts';
import { ring } from '../../../../support/world.ts';

export const day = '2031-05-01';
const canary = ring({ name: 'canary', match: ['domain:a.test'], pins });
const at = '/rings/0/pins/opus';

interface Case {
  readonly what: string;
  readonly policy: Policy;
  readonly finds: readonly string[];
}

export const rows: readonly Case[] = [
  { what: 'a policy as it should be', policy: policy(), finds: [] },
  { what: 'two rings as they should be', policy: policy({ rings: [canary, ring({ pins })] }), finds: [] },
  {
    what: 'a ring for everyone before another',
    policy: policy({
      rings: [ring({ name: 'a', match: ['domain:a.test', '*'], pins }), ring({ match: ['machine:b', '*'], pins })],
    }),
    finds: ['error ring_unreachable /rings/0/match', 'warning selector_shadowed /rings/1/match'],
  },
  {
    what: 'a selector of an earlier ring',
    policy: policy({ rings: [canary, ring({ match: ['domain:a.test', '*'], pins })] }),
    finds: ['warning selector_shadowed /rings/1/match'],
  },
  {
    what: 'a lock on no pins',
    policy: policyOfRing({ pins: {}, lock: true }),
    finds: ['error lock_without_pins /rings/0/pins', 'warning lock_needs_client /rings/0/lock'],
  },
  {
    what: "the policy's lock on no pins",
    policy: policyOfRing({ pins: {} }, { lock: true }),
    finds: ['error lock_without_pins /rings/0/pins', 'warning lock_needs_client /lock'],
  },
  {
    what: 'a ring free of the lock, without pins',
    policy: policyOfRing({ pins: {}, lock: false }, { lock: true }),
    finds: [],
  },
  { what: 'no pins and no lock', policy: policyOfRing({ pins: {} }), finds: [] },
  { what: 'opus alone', policy: pinned({}, ['opus']), finds: ['warning pins_incomplete /rings/0/pins'] },
  {
    what: 'opus and sonnet without haiku, which background work does not need',
    policy: pinned({}, ['opus', 'sonnet']),
    finds: [],
  },
  { what: 'sonnet and haiku without opus', policy: pinned({}, ['sonnet', 'haiku']), finds: [] },
  {
    what: 'a model that nobody knows',
    policy: pinned({ model: 'claude-opus-99' }),
    finds: [`error model_unknown ${at}/model`],
  },
  { what: 'a known model written with @default', policy: pinned({ model: 'claude-opus-92@default' }), finds: [] },
  {
    what: 'a model of another family',
    policy: pinned({ model: 'claude-sonnet-90' }),
    finds: [`error family_differs ${at}/model`],
  },
  {
    what: 'a model that availableModels stops',
    policy: available(['sonnet', 'haiku', 'claude-opus-91']),
    finds: [`error pin_not_available ${at}/model`],
  },
  {
    what: 'models that availableModels lets through',
    policy: available(['claude-opus-92[1m]', 'sonnet-90', 'haiku']),
    finds: [],
  },
  {
    what: "a model that the ring's availableModels stops, which replaces the policy's",
    policy: policyOfRing(
      { settings: { availableModels: ['sonnet', 'haiku'] } },
      { settings: { availableModels: ['opus', 'sonnet', 'haiku'] } },
    ),
    finds: [`error pin_not_available ${at}/model`],
  },
  {
    what: 'a ring where a model is not served',
    policy: policyOfRing({ pins: { sonnet: pins.sonnet }, location: 'eu' }),
    finds: ['error location_not_served /rings/0/pins/sonnet/model'],
  },
  {
    what: 'a pin where a model is not served',
    policy: pinned({ location: 'eu' }),
    finds: [`error location_not_served ${at}/location`],
  },
  { what: 'a model of unknown locations', policy: own({ locations: undefined }), finds: [] },
  { what: 'a pin elsewhere, with a variable to say so', policy: pinned({ location: 'us' }), finds: [] },
  {
    what: 'a pin elsewhere, without a variable',
    policy: own({ regionVariable: undefined }, { location: 'us' }),
    finds: [`error location_not_expressible ${at}/location`],
  },
  {
    what: 'a pin that says where the ring is, without a variable',
    policy: own({ regionVariable: undefined }, { location: 'global' }),
    finds: [],
  },
  {
    what: 'a window that the model lacks',
    policy: own({ context1m: { kind: 'none' } }, { context1m: true }),
    finds: [`error context1m_unsupported ${at}/context1m`],
  },
  {
    what: 'a window that nobody knows of',
    policy: own({ context1m: undefined }, { context1m: true }),
    finds: [`warning context1m_unknown ${at}/context1m`],
  },
  { what: 'no window asked of a model that lacks it', policy: own({ context1m: { kind: 'none' } }), finds: [] },
  { what: 'a window that the model has', policy: pinned({ context1m: true }), finds: [] },
  { what: 'a model shut today', policy: retiring('shut', day), finds: [`error model_shut ${at}/model`] },
  {
    what: 'a model shut tomorrow',
    policy: retiring('shut', '2031-05-02'),
    finds: [`warning model_closing ${at}/model`],
  },
  {
    what: 'a floor that has passed',
    policy: retiring('not_sooner_than', '2031-04-01'),
    finds: [`warning model_past_floor ${at}/model`],
  },
  {
    what: 'a floor in 30 days',
    policy: retiring('not_sooner_than', '2031-05-31'),
    finds: [`warning model_past_floor ${at}/model`],
  },
  { what: 'a floor in 31 days', policy: retiring('not_sooner_than', '2031-06-01'), finds: [] },
  {
    what: 'one model in two locations',
    policy: shared('claude-opus-92', 'us'),
    finds: ['error location_conflict /rings/0/pins/fable/location'],
  },
  {
    what: 'one model in one location for two families',
    policy: shared('claude-opus-92', 'global'),
    finds: [],
  },
  {
    what: 'two models in two locations on one variable',
    policy: shared('claude-opus-91', 'us', { regionVariable: 'VERTEX_REGION_CLAUDE_91_OPUS' }),
    finds: ['error location_conflict /rings/0/pins/fable/location'],
  },
];

/** The everyday pins with what opus says otherwise, or only those of some families. */
function pinned(opus: Record<string, unknown>, only: readonly string[] = Object.keys(pins)): Policy {
  const all = { ...pins, opus: { ...pins.opus, ...opus } };
  return policyOfRing({ pins: Object.fromEntries(Object.entries(all).filter(([family]) => only.includes(family))) });
}

/** The everyday pins on a catalogue that knows something else of the pinned opus. */
function own(facts: Record<string, unknown>, opus: Record<string, unknown> = {}): Policy {
  const [pinnedModel, ...others] = models;
  const changed = Object.entries({ ...pinnedModel, ...facts }).filter(([, value]) => value !== undefined);
  return policyOfRing(
    { pins: { ...pins, opus: { ...pins.opus, ...opus } } },
    { models: [Object.fromEntries(changed), ...others] },
  );
}

function retiring(kind: string, date: string): Policy {
  return own({ retirement: { kind, date } });
}

function available(availableModels: readonly string[]): Policy {
  return policyOfRing({}, { settings: { availableModels } });
}

/** Fable on a model of opus, which may be pinned for it, in a location of its own. */
function shared(model: string, location: string, facts: Record<string, unknown> = {}): Policy {
  const changed = own(facts).models.map((each) => (each.id === model ? { ...each, families: ['fable'] } : each));
  return policyOfRing({ pins: { ...pins, fable: { model, location } } }, { models: changed });
}
