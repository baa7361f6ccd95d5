// Invented models and a policy that pins them: what a test of a rule needs to know about models stands here and not in the
// shipped catalogue, whose facts change.

import type { OwnModel } from '../../shared/domain/models/catalogue-model.ts';
import type { Family } from '../../shared/domain/models/model.ts';
import { Policy, type Ring } from '../../shared/domain/policy/policy.ts';
import { draft, ring } from './world.ts';

export const models: readonly OwnModel[] = [
  {
    id: 'claude-opus-92',
    minimumCli: '3.2.0',
    regionVariable: 'VERTEX_REGION_CLAUDE_92_OPUS',
    context1m: { kind: 'native' },
    locations: ['global', 'us', 'us-east5'],
  },
  {
    id: 'claude-opus-91',
    minimumCli: '3.1.0',
    regionVariable: 'VERTEX_REGION_CLAUDE_91_OPUS',
    context1m: { kind: 'suffix', before: '3.1.5' },
    locations: ['global', 'us', 'us-east5'],
  },
  {
    id: 'claude-opus-90',
    minimumCli: '3.0.0',
    regionVariable: 'VERTEX_REGION_CLAUDE_90_OPUS',
    context1m: { kind: 'suffix', before: null },
    locations: ['global'],
  },
  {
    id: 'claude-sonnet-90',
    minimumCli: '3.0.0',
    regionVariable: 'VERTEX_REGION_CLAUDE_90_SONNET',
    context1m: { kind: 'suffix', before: null },
    locations: ['global', 'us-east5'],
  },
  {
    id: 'claude-haiku-90@20300101',
    minimumCli: '3.0.0',
    regionVariable: 'VERTEX_REGION_CLAUDE_HAIKU_90',
    context1m: { kind: 'none' },
    locations: ['global', 'us-east5'],
  },
  { id: 'claude-fable-90', minimumCli: '3.0.0', context1m: { kind: 'native' }, locations: ['global', 'us'] },
];

export const pins = {
  opus: { model: 'claude-opus-92' },
  sonnet: { model: 'claude-sonnet-90' },
  haiku: { model: 'claude-haiku-90@20300101' },
};

/** Pins of each family, for properties. */
export const idsOf: Readonly<Record<Family, readonly string[]>> = {
  opus: ['claude-opus-90', 'claude-opus-91', 'claude-opus-92'],
  sonnet: ['claude-sonnet-90'],
  haiku: ['claude-haiku-90@20300101'],
  fable: ['claude-fable-90'],
};

/** A policy on the invented models, one ring for everyone. */
export function policy(over: Record<string, unknown> = {}): Policy {
  return Policy.parse(draft({ models, rings: [ring({ pins })], ...over }));
}

/** The same with what the one ring says otherwise. */
export function policyOfRing(over: Record<string, unknown>, rest: Record<string, unknown> = {}): Policy {
  return policy({ rings: [ring({ pins, ...over })], ...rest });
}

/** The policy's first ring. */
export function firstRing({ rings: [first] }: Policy): Ring {
  if (first === undefined) throw new Error('the schema lets no policy through that has no ring');
  return first;
}
