// Pairs: a state before a change and one after it. The second is mostly a small mutation of the first. Both have active
// rollouts and callable models, which can change, too.

import { type CallableModels, locationKey } from '../../../../shared/domain/availability/callable-models.ts';
import { type Family, families } from '../../../../shared/domain/models/model.ts';
import { Policy } from '../../../../shared/domain/policy/policy.ts';
import { readDraft } from '../../../../shared/domain/policy/read-draft.ts';
import { RolloutSchedule } from '../../../../shared/domain/policy/rollout-schedule.ts';
import type { Rollout } from '../../../../shared/domain/serving/rollout.ts';
import type { Chance } from '../../chance.ts';
import type { State } from '../oracle/render.ts';
import { drawPolicy, locations, type PolicyDraft, projects, shipped } from './draw-policy.ts';
import { mutators } from './mutators.ts';

export interface Pair {
  readonly before: State;
  readonly after: State;
  /** What was changed, for the report of a failure. */
  readonly mutations: readonly string[];
}

const names = Object.keys(mutators);

export function drawPair(chance: Chance): Pair {
  for (;;) {
    const draft = drawPolicy(chance);
    const policy = read(draft);
    const mutated = chance.happens(0.05)
      ? { draft: drawPolicy(chance), mutations: ['everything'] }
      : mutate(draft, chance);
    const changed = read(mutated.draft);
    if (policy === null || changed === null) continue;
    const before = { policy, rollouts: drawRollouts(policy, chance), callableModels: drawCallable(chance) };
    const isCallableSame = chance.happens(0.8);
    const after = {
      policy: changed,
      rollouts: chance.happens(0.6) ? before.rollouts : moveRollouts(before.rollouts, changed, chance),
      callableModels: isCallableSame ? before.callableModels : drawCallable(chance),
    };
    return { before, after, mutations: mutated.mutations };
  }
}

function mutate(
  policy: PolicyDraft,
  chance: Chance,
): { readonly draft: PolicyDraft; readonly mutations: readonly string[] } {
  const draft = structuredClone(policy);
  const mutations = Array.from(
    { length: chance.pick([0, 1, 1, 1, 1, 2, 3, 5]) },
    () => names[chance.between(0, names.length - 1)] ?? '',
  );
  for (const name of mutations) mutators[name]?.(draft, chance);
  return { draft, mutations };
}

/** Null for a draft that the schema refuses. */
function read(draft: PolicyDraft): Policy | null {
  const policy = readDraft(Policy, draft);
  return policy.ok ? policy.value : null;
}

/** At most one for each family, as in the product. */
function drawRollouts(policy: Policy, chance: Chance): readonly Rollout[] {
  if (chance.happens(0.6)) return [];
  return families
    .filter(() => chance.happens(0.4))
    .flatMap((family, at) => drawRollout(policy, family, at + 1, chance));
}

function drawRollout(policy: Policy, family: Family, id: number, chance: Chance): readonly Rollout[] {
  const ring = policy.rings[chance.between(0, policy.rings.length - 1)];
  const from = ring?.pins[family];
  if (ring === undefined || from === undefined) return [];
  const schedule = RolloutSchedule.parse({ stages: [10, 50, 100] });
  const times = { stageSince: '2026-11-28T00:00:00.000Z', startedAt: '2026-11-28T00:00:00.000Z', endedAt: null };
  const rollout: Rollout = {
    ...{ id, ring: ring.name, family, from, salt: `salt-of-${id}`, ...schedule, stage: chance.between(0, 2) },
    to: { ...from, model: family === 'opus' ? 'claude-opus-5' : `claude-${family}-5` },
    ...{ state: 'running', ...times, firstRevision: 1, by: 'pinward', reason: 'drawn', forced: null },
  };
  return [rollout];
}

/** Some end, some reach their next stage or start, and some of those that end have moved the pin. */
function moveRollouts(rollouts: readonly Rollout[], policy: Policy, chance: Chance): readonly Rollout[] {
  const kept = rollouts.flatMap((rollout) => {
    if (chance.happens(0.3)) return [];
    return [{ ...rollout, stage: Math.min(2, rollout.stage + chance.between(0, 1)) }];
  });
  const free = families.filter((family) => !kept.some((rollout) => rollout.family === family));
  const [family] = free;
  return family === undefined || chance.happens(0.5) ? kept : [...kept, ...drawRollout(policy, family, 9, chance)];
}

function drawCallable(chance: Chance): CallableModels {
  if (chance.happens(0.5)) return null;
  const places = projects.flatMap((project) => locations.map((location) => locationKey({ project, location })));
  return Object.fromEntries(
    places.map((place) => [place, shipped.map(({ id }) => id).filter(() => chance.happens(0.7))]),
  );
}
