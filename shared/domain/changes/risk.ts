// Risk: what in a change of the policy an organisation may want a second person for. What lowers risk (an older model of
// the same place, a slower rule) is not in it, and a restore is never asked.

import { isDeepStrictEqual } from 'node:util';
import type { Catalogue } from '../models/catalogue.ts';
import { families, isNewer } from '../models/model.ts';
import type { Policy, Ring } from '../policy/policy.ts';
import { ruleOf } from '../policy/policy.ts';
import { pinChangesBetween } from './pin-change.ts';
import { needsSecondPerson } from './second-person.ts';

const rules = ['manual', 'approve', 'auto'];

/** One line for people each; empty when nothing raises risk. */
export function risksOf(
  before: Policy | null,
  after: Policy,
  forced: string | null,
  catalogue: Catalogue,
  day: string,
): readonly string[] {
  if (before === null) return [];
  return [
    ...(forced === null ? [] : [`a pin that is not proven callable: ${forced}`]),
    ...(needsSecondPerson(before) && !needsSecondPerson(after) ? ['no second person would be needed'] : []),
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
    return isFaster ? [`upgrades of ${family} reach ring ${name} by ${to.rule} after ${to.soakHours} h`] : [];
  });
}

/** Parts that decide who gets what, or run on machines; any change of them counts. */
function scopeRisks(before: Policy, after: Policy): readonly string[] {
  const scope = ({ project, location, settings, models, rollout, rings }: Policy) => ({
    project,
    location,
    settings,
    models,
    rollout,
    rings: rings.map(({ name, match }) => [name, match]),
    ringSettings: rings.map(({ name, settings: own, rollout: schedule }) => [name, own, schedule]),
  });
  const [from, to] = [scope(before), scope(after)];
  const words = {
    project: 'the project',
    location: 'the location',
    settings: 'the settings',
    models: "the organisation's own models",
    rollout: 'the schedule of rollouts',
    rings: 'who is in which ring',
    ringSettings: 'the settings or schedule of a ring',
  };
  return Object.entries(words).flatMap(([key, what]) => {
    const name = key as keyof typeof words; // Object.entries widens the keys of `words`
    return isDeepStrictEqual(from[name], to[name]) ? [] : [`${what} would change`];
  });
}
