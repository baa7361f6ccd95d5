// The policy with which a walk begins: three rings, a schedule, and the rule of the second person.

import type { Chance } from '../../chance.ts';
import { drawRule, type PolicyDraft, type RingDraft } from '../pairs/draw-policy.ts';

const pins = {
  opus: { model: 'claude-opus-4-8' },
  sonnet: { model: 'claude-sonnet-4-6' },
  haiku: { model: 'claude-haiku-4-5@20251001' },
};

export function firstPolicy(chance: Chance): PolicyDraft {
  const ring = (name: string, ...match: string[]): RingDraft => ({ name, match, pins: structuredClone(pins) });
  const settings = chance.happens(0.5) ? {} : { companyAnnouncements: ['hello'], permissions: { deny: ['Bash'] } };
  return {
    project: 'acme-one',
    location: 'global',
    secondPerson: true,
    settings,
    upgrades: { opus: drawRule(chance) },
    ...(chance.happens(0.7) ? { rollout: { stages: [10, 50, 100], bakeMinutes: 30 } } : {}),
    rings: [
      ring('canary', 'machine:m-1', 'machine:m-2'),
      ring('early', 'domain:a.test', 'label:team=core'),
      ring('everyone', 'email:ada@a.test', 'email:cyd@b.test', 'label:team=web', 'label:os=mac', '*'),
    ],
  };
}
