// Risk: the parts of a policy change that an organisation may want a second person to approve. An older model in the
// same location or a slower rule raises no risk, and a restore is never checked.

import { isDeepStrictEqual } from 'node:util';
import type { Catalogue } from '../models/catalogue.ts';
import { families, isNewer } from '../models/model.ts';
import type { Policy, Ring } from '../policy/policy.ts';
import { ruleOf } from '../policy/policy.ts';
import { pinChangesBetween } from './pin-change.ts';
import { needsSecondPerson } from './second-person.ts';

const rules = ['manual', 'approve', 'auto'];

/** One line for people about each risk; empty when nothing raises risk. */
export function risksOf(
  before: Policy | null,
  after: Policy,
  forced: string | null,
  catalogue: Catalogue,
  day: string,
): readonly string[] {
  if (before === null) return [];
  return [
    ...(forced === null ? [] : [`a pin that is not known to be callable: ${forced}`]),
    ...(needsSecondPerson(before) && !needsSecondPerson(after) ? ['later changes would need no second person'] : []),
    ...pinChangesBetween(before, after, catalogue, day).flatMap(({ ring, family, from, to }) => {
      if (to === null) return [];
      const isLower = from !== null && from.location === to.location && !isNewer(to.model, from.model);
      return isLower ? [] : [`${family} of ring ${ring} becomes ${to.model} in ${to.location}`];
    }),
    ...after.rings.flatMap((ring) => ruleRisks(before, after, ring)),
    ...scopeRisks(before, after),
  ];
}

function ruleRisks(before: Policy, after: Policy, { name }: Ring): readonly string[] {
  return families.flatMap((family) => {
    const [from, to] = [ruleOf(before, name, family), ruleOf(after, name, family)];
    const isFaster = rules.indexOf(to.rule) > rules.indexOf(from.rule) || to.soakHours < from.soakHours;
    return isFaster ? [`upgrades of ${family} reach ring ${name} by rule ${to.rule} after ${to.soakHours} h`] : [];
  });
}

/** Parts that choose the machines of a ring, or that have an effect on machines. Every change of them counts. */
function scopeRisks(before: Policy, after: Policy): readonly string[] {
  const scope = ({ project, location, settings, models, rollout, rings, managedBy }: Policy) => ({
    managedBy,
    project,
    location,
    settings,
    models,
    rollout,
    rings: rings.map(({ name, match }) => [name, match]),
    ringSettings: rings.map((ring) => [ring.name, ring.settings, ring.rollout]),
  });
  const [from, to] = [scope(before), scope(after)];
  const labels = {
    managedBy: 'who publishes the policy',
    project: 'the project',
    location: 'the location',
    settings: 'the settings',
    models: "the organisation's own models",
    rollout: 'the schedule of rollouts',
    rings: 'which machines are in which ring',
    ringSettings: 'the settings or schedule of a ring',
  };
  return Object.entries(labels).flatMap(([key, label]) => {
    const name = key as keyof typeof labels; // Object.entries widens the keys
    return isDeepStrictEqual(from[name], to[name]) ? [] : [`${label} would change`];
  });
}
