// Soaking: how long a model has answered in a place, and how long a ring wants it to before it may come.

import { type Matrix, placeName } from '../availability/availability.ts';
import type { Place } from '../availability/observation.ts';
import type { Policy } from '../policy/policy.ts';
import { manual, type Upgrade, type UpgradeRule } from './upgrade.ts';

/** What a ring says of upgrades of a family, or else the policy. */
export function ruleOf(policy: Policy, ring: string, family: Upgrade['family']): UpgradeRule {
  const own = policy.rings.find(({ name }) => name === ring)?.upgrades?.[family];
  return own ?? policy.upgrades?.[family] ?? manual;
}

/** The start of the stretch in which we saw it callable (milliseconds); null when we never did: no age is not old enough. */
export function callableSince(matrix: Matrix | null, place: Place): number | null {
  const cell = matrix?.cells.find((each) => placeName(each) === placeName(place));
  if (cell === undefined || cell.firstCallable === null) return null;
  return Math.max(Date.parse(cell.firstCallable), Date.parse(cell.since));
}
