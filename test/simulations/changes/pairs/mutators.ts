// Mutators: each changes one thing of a policy in place. Some change nothing that a machine is served: they move a value
// between policy and ring, or rename, split and merge rings.

import { families } from '../../../../shared/domain/models/model.ts';
import type { Chance } from '../../chance.ts';
import {
  drawMatch,
  drawModel,
  drawPin,
  drawRing,
  drawRule,
  drawSchedule,
  locations,
  type PolicyDraft,
  projects,
  type RingDraft,
  ringNames,
  selectors,
} from './draw-policy.ts';
import { changeList, changeSetting, removeSetting, type SettingsDraft } from './draw-settings.ts';

export type Mutator = (policy: PolicyDraft, chance: Chance) => void;

const ofPolicy: Readonly<Record<string, Mutator>> = {
  project: (policy, chance) => {
    policy.project = chance.pick(projects);
  },
  location: (policy, chance) => {
    policy.location = chance.pick(locations);
  },
  lock: (policy) => {
    policy.lock = policy.lock !== true;
  },
  secondPerson: (policy) => {
    policy.secondPerson = policy.secondPerson !== true;
  },
  models: (policy, chance) => {
    policy.models = [...(policy.models ?? []).slice(0, 1), drawModel(chance)];
  },
  noModels: (policy) => delete policy.models,
  rule: (policy, chance) => {
    policy.upgrades = { ...policy.upgrades, [chance.pick(families)]: drawRule(chance) };
  },
  noRules: (policy) => delete policy.upgrades,
  schedule: (policy, chance) => {
    policy.rollout = drawSchedule(chance);
  },
  noSchedule: (policy) => delete policy.rollout,
  setting: (policy, chance) => changeSetting(settingsOf(policy), chance),
  noSetting: (policy, chance) => removeSetting(settingsOf(policy), chance),
  list: (policy, chance) => changeList(settingsOf(policy), chance),
};

const ofRing: Readonly<Record<string, (ring: RingDraft, chance: Chance) => void>> = {
  ringProject: (ring, chance) => {
    ring.project = chance.pick(projects);
  },
  ringLocation: (ring, chance) => {
    ring.location = chance.pick(locations);
  },
  ringLock: (ring) => {
    ring.lock = ring.lock !== true;
  },
  noRingLock: (ring) => delete ring.lock,
  pin: (ring, chance) => {
    const family = chance.pick(families);
    ring.pins[family] = drawPin(family, chance);
  },
  pinContext: (ring, chance) => {
    const pin = ring.pins[chance.pick(families)];
    if (pin !== undefined) pin.context1m = pin.context1m !== true;
  },
  noPin: (ring, chance) => delete ring.pins[chance.pick(families)],
  noPins: (ring) => {
    ring.pins = {};
  },
  ringSetting: (ring, chance) => changeSetting(settingsOf(ring), chance),
  noRingSetting: (ring, chance) => removeSetting(settingsOf(ring), chance),
  ringList: (ring, chance) => changeList(settingsOf(ring), chance),
  ringRule: (ring, chance) => {
    ring.upgrades = { ...ring.upgrades, [chance.pick(families)]: drawRule(chance) };
  },
  ringSchedule: (ring, chance) => {
    ring.rollout = drawSchedule(chance);
  },
  selector: (ring, chance) => ring.match.push(chance.pick(selectors)),
  rename: (ring, chance) => {
    ring.name = chance.pick(ringNames);
  },
};

const ofRings: Readonly<Record<string, Mutator>> = {
  moveSelector: ({ rings }, chance) => {
    const [from, to] = [anyOf(rings, chance), anyOf(rings, chance)];
    if (from.match.length > 1) to.match.push(...from.match.splice(chance.between(0, from.match.length - 1), 1));
  },
  split: ({ rings }, chance) => {
    const at = chance.between(0, rings.length - 1);
    const ring = rings[at];
    if (ring === undefined) return;
    const match = ring.match.length > 1 ? ring.match.splice(0, 1) : drawMatch(chance);
    rings.splice(at, 0, { ...structuredClone(ring), name: chance.pick(ringNames), match });
  },
  merge: ({ rings }, chance) => {
    const at = chance.between(0, rings.length - 2);
    const [first, second] = [rings[at], rings[at + 1]];
    if (first === undefined || second === undefined) return;
    second.match.push(...first.match);
    rings.splice(at, 1);
  },
  drop: ({ rings }, chance) => {
    if (rings.length > 1) rings.splice(chance.between(0, rings.length - 2), 1);
  },
  add: ({ rings }, chance) => {
    rings.splice(chance.between(0, rings.length - 1), 0, drawRing(chance.pick(ringNames), drawMatch(chance), chance));
  },
  swap: ({ rings }, chance) => {
    const at = chance.between(0, rings.length - 2);
    rings.splice(at, 2, ...rings.slice(at, at + 2).reverse());
  },
  swapNames: ({ rings }, chance) => {
    const [one, two] = [anyOf(rings, chance), anyOf(rings, chance)];
    [one.name, two.name] = [two.name, one.name];
  },
};

const sameBytes: Readonly<Record<string, Mutator>> = {
  pushProjectDown: ({ project, rings }) => {
    for (const ring of rings) ring.project ??= project;
  },
  pushLocationDown: ({ location, rings }) => {
    for (const ring of rings) ring.location ??= location;
  },
  pushLocationToPins: ({ location, rings }) => {
    for (const ring of rings) for (const pin of Object.values(ring.pins)) pin.location ??= ring.location ?? location;
  },
  pushLockDown: ({ lock, rings }) => {
    for (const ring of rings) ring.lock ??= lock === true;
  },
  pushSettingsDown: (policy) => {
    const { env: shared, ...settings } = policy.settings ?? {};
    for (const ring of policy.rings) {
      const { env: own, ...others } = ring.settings ?? {};
      const env = { ...asObject(shared), ...asObject(own) };
      ring.settings = { ...structuredClone(settings), ...others, ...(Object.keys(env).length > 0 ? { env } : {}) };
    }
    policy.settings = {};
  },
  pullProjectUp: (policy) => {
    const [first] = policy.rings;
    if (first?.project === undefined || policy.rings.some(({ project }) => project !== first.project)) return;
    policy.project = first.project;
    for (const ring of policy.rings) delete ring.project;
  },
  pushRulesDown: (policy) => {
    for (const ring of policy.rings) ring.upgrades = { ...policy.upgrades, ...ring.upgrades };
    delete policy.upgrades;
  },
};

export const mutators: Readonly<Record<string, Mutator>> = {
  ...ofPolicy,
  ...Object.fromEntries(
    Object.entries(ofRing).map(([name, change]): [string, Mutator] => [
      name,
      ({ rings }, chance) => change(anyOf(rings, chance), chance),
    ]),
  ),
  ...ofRings,
  ...sameBytes,
};

function settingsOf(part: PolicyDraft | RingDraft): SettingsDraft {
  part.settings ??= {};
  return part.settings;
}

function anyOf(rings: readonly RingDraft[], chance: Chance): RingDraft {
  const ring = rings[chance.between(0, rings.length - 1)];
  if (ring === undefined) throw new Error('a policy has a ring');
  return ring;
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}
