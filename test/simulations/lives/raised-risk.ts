// What raises risk, by the rule that the README states: a newer model, a faster rule, who is in a ring, settings, force. Turned
// round: every change does, but for older models in the same place, fewer pins, slower rules, and asking for a second person.

import { isDeepStrictEqual } from 'node:util';
import type { Policy, Ring } from '../../../shared/domain/policy/policy.ts';
import { type StatedPin, statedPins } from './endpoints.ts';

export function raisesRisk(before: Policy, after: Policy, forced: string | null): boolean {
  const former = statedPins(before);
  return (
    forced !== null ||
    (before.secondPerson === true && after.secondPerson !== true) ||
    statedPins(after).some((pin) => isNewOrNewer(former, pin)) ||
    after.rings.some((ring) => isFaster(before, after, ring)) ||
    !isDeepStrictEqual(remainder(before), remainder(after))
  );
}

function isNewOrNewer(former: readonly StatedPin[], { ring, family, endpoint }: StatedPin): boolean {
  const was = former.find((pin) => pin.ring === ring && pin.family === family)?.endpoint;
  if (was === undefined || was.project !== endpoint.project || was.location !== endpoint.location) return true;
  const [from = 0, to = 0] = [was.model, endpoint.model].map(versionOf);
  return to > from;
}

/** The models of these lives are numbered through: claude-opus-91 follows claude-opus-90. */
function versionOf(model: string): number {
  return Number(/-(\d+)(?:@\d+)?$/.exec(model)?.[1]);
}

function isFaster(before: Policy, after: Policy, ring: Ring): boolean {
  const speeds = ['manual', 'approve', 'auto'];
  return Object.keys(ring.pins).some((family) => {
    const [from, to] = [ruleOf(before, ring.name, family), ruleOf(after, ring.name, family)];
    return speeds.indexOf(to.rule) > speeds.indexOf(from.rule) || to.soakHours < from.soakHours;
  });
}

function ruleOf({ rings, upgrades = {} }: Policy, name: string, family: string) {
  const own: NonNullable<Ring['upgrades']> = rings.find((ring) => ring.name === name)?.upgrades ?? {};
  const rules = new Map(Object.entries({ ...upgrades, ...own }));
  return rules.get(family) ?? { rule: 'manual', soakHours: 72 };
}

/** All that is neither a pin nor a rule: whatever differs in it raises risk. */
function remainder(policy: Policy): object {
  const [rules, place] = [
    { upgrades: null, lock: null },
    { pins: null, location: null },
  ];
  const rings = policy.rings.map((ring) => ({ ...ring, ...rules, ...place }));
  return { ...policy, ...rules, secondPerson: null, rings };
}
