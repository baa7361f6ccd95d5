// Policies drawn by chance, on invented facts about models, so that a draw stays the same when the shipped facts change.

import { type Catalogue, extendCatalogue } from '../../../../shared/domain/models/catalogue.ts';
import type { OwnModel } from '../../../../shared/domain/models/catalogue-model.ts';
import { families } from '../../../../shared/domain/models/model.ts';
import type { Chance } from '../../chance.ts';
import { drawSettings, type SettingsDraft } from './draw-settings.ts';

export interface PinDraft {
  model: string;
  context1m?: boolean;
  location?: string;
}

/** What a policy and a ring have in common, before the schema has read them. */
interface PartDraft {
  project?: string;
  location?: string;
  lock?: boolean;
  settings?: SettingsDraft;
  upgrades?: Record<string, object>;
  rollout?: object;
}

export interface RingDraft extends PartDraft {
  name: string;
  match: string[];
  pins: Record<string, PinDraft>;
}

export interface PolicyDraft extends PartDraft {
  project: string;
  location: string;
  models?: OwnModel[];
  secondPerson?: boolean;
  rings: RingDraft[];
}

const somewhere = ['global', 'us', 'us-east5'];
const cheap = { input: 1, output: 5 };
const dear = { input: 15, output: 75 };
const plain = { context1m: { kind: 'none' }, locations: somewhere, price: cheap } as const;

export const shipped: Catalogue = extendCatalogue(
  [],
  [
    { ...plain, id: 'claude-opus-4-1@20250805', minimumCli: '2.0.0', price: dear },
    { ...plain, id: 'claude-opus-4-6', minimumCli: '2.0.0', context1m: { kind: 'suffix', before: null } },
    {
      ...plain,
      id: 'claude-opus-4-8',
      minimumCli: '2.1.113',
      regionVariable: 'VERTEX_REGION_CLAUDE_4_8_OPUS',
      context1m: { kind: 'suffix', before: '2.1.200' },
    },
    {
      ...plain,
      id: 'claude-opus-5',
      minimumCli: '2.1.280',
      regionVariable: 'VERTEX_REGION_CLAUDE_5_OPUS',
      context1m: { kind: 'native' },
      price: { input: 2, output: 10 },
    },
    { ...plain, id: 'claude-sonnet-4-6', minimumCli: '2.0.0', regionVariable: 'VERTEX_REGION_CLAUDE_4_6_SONNET' },
    { ...plain, id: 'claude-sonnet-5', minimumCli: '2.1.280', locations: ['global'] },
    { ...plain, id: 'claude-haiku-4-5@20251001', regionVariable: 'VERTEX_REGION_CLAUDE_HAIKU_4_5' },
    { id: 'claude-haiku-5', minimumCli: '2.1.113', retirement: { kind: 'shut', date: '2026-01-01' } },
    { ...plain, id: 'claude-fable-5', minimumCli: '2.1.280' },
  ],
);
export const day = '2026-11-28';

const models: Readonly<Record<string, readonly [string, ...string[]]>> = {
  opus: ['claude-opus-4-8', 'claude-opus-4-8@default', 'claude-opus-4-6', 'claude-opus-4-1@20250805', 'claude-opus-5'],
  sonnet: ['claude-sonnet-4-6', 'claude-sonnet-5', 'claude-sonnet-6'],
  haiku: ['claude-haiku-4-5@20251001', 'claude-haiku-5', 'claude-opus-4-6'],
  fable: ['claude-fable-5'],
};
export const projects = ['acme-one', 'acme-two', 'acme-three'] as const;
export const locations = ['global', 'us', 'us-east5'] as const;
export const selectors = [
  ...['machine:m-1', 'machine:m-2', 'email:ada@a.test', 'email:bob@a.test', 'email:cyd@b.test'],
  ...['domain:a.test', 'domain:b.test', 'label:team=core', 'label:team=web', 'label:os=mac', '*'],
] as const;
export const ringNames = ['canary', 'early', 'late', 'mac', 'one', 'two'] as const;

export function drawPolicy(chance: Chance): PolicyDraft {
  const count = chance.pick([1, 2, 2, 3, 4]);
  const names = [...ringNames].sort(() => chance.between(-1, 1)).slice(0, count - 1);
  return {
    project: chance.pick(projects),
    location: chance.pick(locations),
    ...(chance.happens(0.3) ? { lock: true } : {}),
    settings: drawSettings(chance),
    ...(chance.happens(0.2) ? { models: [drawModel(chance)] } : {}),
    ...drawRules(chance),
    ...(chance.happens(0.5) ? { secondPerson: true } : {}),
    rings: [...names.map((name) => drawRing(name, drawMatch(chance), chance)), drawRing('everyone', ['*'], chance)],
  };
}

export function drawRing(name: string, match: string[], chance: Chance): RingDraft {
  return {
    name,
    match,
    ...(chance.happens(0.2) ? { project: chance.pick(projects) } : {}),
    ...(chance.happens(0.2) ? { location: chance.pick(locations) } : {}),
    ...(chance.happens(0.2) ? { lock: chance.happens(0.5) } : {}),
    ...(chance.happens(0.3) ? { settings: drawSettings(chance) } : {}),
    ...drawRules(chance),
    pins: Object.fromEntries(families.filter(() => chance.happens(0.8)).map((each) => [each, drawPin(each, chance)])),
  };
}

export function drawMatch(chance: Chance): string[] {
  const drawn: string[] = Array.from({ length: chance.between(1, 3) }, () => chance.pick(selectors));
  return chance.happens(0.95) ? drawn.filter((each) => each !== '*').concat('machine:m-3') : drawn;
}

export function drawPin(family: string, chance: Chance): PinDraft {
  return {
    model: chance.pick(models[family] ?? ['claude-opus-4-8']),
    ...(chance.happens(0.2) ? { context1m: chance.happens(0.8) } : {}),
    ...(chance.happens(0.2) ? { location: chance.pick(locations) } : {}),
  };
}

export function drawModel(chance: Chance): OwnModel {
  const model = { id: chance.pick(['claude-opus-4-8', 'claude-opus-4-6', 'claude-sonnet-6', 'claude-haiku-5']) };
  return {
    ...model,
    ...(chance.happens(0.5) ? { minimumCli: chance.pick(['2.0.0', '2.1.300']) } : {}),
    ...(chance.happens(0.3) ? { price: chance.pick([cheap, dear]) } : {}),
    ...(chance.happens(0.3) ? { context1m: { kind: 'suffix', before: '2.1.280' } } : {}),
    ...(chance.happens(0.3) ? { regionVariable: 'VERTEX_REGION_CLAUDE_OWN' } : {}),
    ...(chance.happens(0.3) ? { locations: ['global', 'us'] } : {}),
  };
}

export function drawRule(chance: Chance): object {
  return { rule: chance.pick(['manual', 'approve', 'auto']), soakHours: chance.pick([1, 72, 90]) };
}

export function drawSchedule(chance: Chance): object {
  return {
    stages: chance.pick([[100], [10, 100], [1, 10, 50, 100], [50, 100]]),
    ...(chance.happens(0.5) ? { bakeMinutes: chance.pick([30, 60, 120]) } : {}),
    ...(chance.happens(0.2) ? { minReports: chance.pick([10, 30]) } : {}),
  };
}

function drawRules(chance: Chance): Pick<PartDraft, 'upgrades' | 'rollout'> {
  return {
    ...(chance.happens(0.2) ? { upgrades: { [chance.pick(families)]: drawRule(chance) } } : {}),
    ...(chance.happens(0.2) ? { rollout: drawSchedule(chance) } : {}),
  };
}
