// Differences in what governs later changes: the second person, upgrade rules, rollout schedules, the organisation's own
// models, and every part of a policy that no other comparison reads.

import { isDeepStrictEqual } from 'node:util';
import type { OwnModel } from '../models/catalogue-model.ts';
import { type Family, families } from '../models/model.ts';
import type { Policy, Ring } from '../policy/policy.ts';
import { RolloutSchedule } from '../policy/rollout-schedule.ts';
import { defaultUpgradeRule, type UpgradeRule } from '../policy/upgrade-rule.ts';
import type { Difference } from './found-differences.ts';

/** Parts of a policy or a ring that are compared elsewhere: by what machines are served, or below. */
const comparedKeys: ReadonlySet<string> = new Set([
  'name',
  'match',
  'project',
  'location',
  'lock',
  'settings',
  'pins',
  'models',
  'upgrades',
  'rollout',
  'secondPerson',
  'rings',
]);

const rules = ['manual', 'approve', 'auto'];
const defaultSchedule = RolloutSchedule.parse({});

/** Differences that concern every change of the policy. */
export function policyDifferences(before: Policy, after: Policy): readonly Difference[] {
  const [from, to] = [before.secondPerson === true, after.secondPerson === true];
  const second = from === to ? [] : [{ keys: ['secondPerson'], from, to, risk: to ? 'lowers' : 'raises' } as const];
  return [...second, ...modelDifferences(before, after), ...otherDifferences(before, after)];
}

/** Differences in the rules for the machines that are in one ring before, and in the other one after. */
export function ringDifferences(
  before: { readonly policy: Policy; readonly ring: Ring },
  after: { readonly policy: Policy; readonly ring: Ring },
): readonly Difference[] {
  return [
    ...families.flatMap((family) => ruleDifference(family, ruleFor(before, family), ruleFor(after, family))),
    ...scheduleDifference(scheduleFor(before), scheduleFor(after)),
    ...otherDifferences(before.ring, after.ring),
  ];
}

function ruleFor({ policy, ring }: { readonly policy: Policy; readonly ring: Ring }, family: Family): UpgradeRule {
  return ring.upgrades?.[family] ?? policy.upgrades?.[family] ?? defaultUpgradeRule;
}

function scheduleFor({ policy, ring }: { readonly policy: Policy; readonly ring: Ring }): RolloutSchedule | undefined {
  return ring.rollout ?? policy.rollout;
}

/** A rule is slower if a person must do more and a model must have been callable for longer. */
function ruleDifference(family: Family, from: UpgradeRule, to: UpgradeRule): readonly Difference[] {
  if (isDeepStrictEqual(from, to)) return [];
  const isSlower = rules.indexOf(to.rule) <= rules.indexOf(from.rule) && to.soakHours >= from.soakHours;
  return [{ keys: ['upgrades', family], from, to, risk: isSlower ? 'lowers' : 'raises' }];
}

/** Without a schedule a rollout of an upgrade takes the default one, and a pin moved by hand takes none. */
function scheduleDifference(from: RolloutSchedule | undefined, to: RolloutSchedule | undefined): readonly Difference[] {
  if (isDeepStrictEqual(from, to)) return [];
  const isSlower = to !== undefined && isAtLeastAsSlow(to, from ?? defaultSchedule);
  return [{ keys: ['rollout'], from, to, risk: isSlower ? 'lowers' : 'raises' }];
}

/** At every moment at most as many machines have the new pin, and as few failures abort it. */
function isAtLeastAsSlow(to: RolloutSchedule, from: RolloutSchedule): boolean {
  return (
    to.bakeMinutes >= from.bakeMinutes &&
    to.abortAtFailurePercent <= from.abortAtFailurePercent &&
    to.minReports <= from.minReports &&
    from.stages.every((percent, at) => (to.stages[at] ?? 100) <= percent)
  );
}

/** The organisation's own facts about models decide what old clients get, and which pins are valid. */
function modelDifferences({ models: before }: Policy, { models: after }: Policy): readonly Difference[] {
  const [from, to] = [byId(before), byId(after)];
  return [...new Set([...from.keys(), ...to.keys()])]
    .filter((id) => !isDeepStrictEqual(from.get(id), to.get(id)))
    .map((id) => ({ keys: ['models', id], from: from.get(id), to: to.get(id), risk: 'raises' }));
}

/** An id can stand in the list more than once: each fact of a later entry replaces that of a former one. */
function byId(models: Policy['models']): ReadonlyMap<string, OwnModel> {
  const facts = new Map<string, OwnModel>();
  for (const model of models) facts.set(model.id, { ...facts.get(model.id), ...model });
  return facts;
}

/** A part that no comparison knows raises risk, so that a new field can't be forgotten. */
function otherDifferences(before: object, after: object): readonly Difference[] {
  const [from, to] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  return [...new Set([...from.keys(), ...to.keys()])]
    .filter((key) => !comparedKeys.has(key) && !isDeepStrictEqual(from.get(key), to.get(key)))
    .map((key) => ({ keys: [key], from: from.get(key), to: to.get(key), risk: 'raises' }));
}
