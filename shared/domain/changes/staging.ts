// Staging: which changed pins reach their rings by stages. A pin that is changed by hand is rolled out as an upgrade is,
// where the policy has a schedule and the change raises risk.

import { isDeepStrictEqual } from 'node:util';
import { isLowerPin, type ServedPin } from '../consequences/pin-differences.ts';
import type { Catalogue } from '../models/catalogue.ts';
import { type Family, families } from '../models/model.ts';
import type { Pin } from '../policy/pin.ts';
import type { Policy, Ring } from '../policy/policy.ts';
import type { RolloutSchedule } from '../policy/rollout-schedule.ts';
import type { Rollout } from '../serving/rollout.ts';

/** A pin that a new rollout moves. */
export interface StagedPin {
  readonly ring: string;
  readonly family: Family;
  readonly from: Pin;
  readonly to: Pin;
  readonly schedule: RolloutSchedule;
}

/**
 * The policy without the pins that active rollouts are moving: an author may state where such a pin comes from, or
 * where it goes to. `underWay` has the ids of the rollouts whose target is stated.
 */
export function withoutMovingPins(
  stated: Policy,
  before: Policy,
  rollouts: readonly Rollout[],
): { readonly policy: Policy; readonly underWay: readonly number[] } {
  const moving = rollouts.filter(({ ring: name, family, to }) => {
    const pin = stated.rings.find((ring) => ring.name === name)?.pins[family];
    return isDeepStrictEqual(pin, to);
  });
  return { policy: withPinsOf(stated, before, moving), underWay: moving.map(({ id }) => id) };
}

/**
 * The policy with the pins that change at once, and those that change by stages. A pin that a rollout is moving already
 * is not staged again.
 */
export function stagePins(
  before: Policy,
  after: Policy,
  rollouts: readonly Rollout[],
  catalogue: Catalogue,
): { readonly policy: Policy; readonly staged: readonly StagedPin[] } {
  const staged = after.rings.flatMap((ring) => {
    const former = before.rings.find(({ name }) => name === ring.name);
    const schedule = ring.rollout ?? after.rollout ?? former?.rollout ?? before.rollout;
    if (former === undefined || schedule === undefined || !isSamePlace(before, former, after, ring)) return [];
    return families
      .filter((family) => !rollouts.some((each) => each.ring === ring.name && each.family === family))
      .flatMap((family) => stagedPin(after, former, ring, family, schedule, catalogue));
  });
  return { policy: withPinsOf(after, before, staged), staged };
}

function stagedPin(
  policy: Policy,
  before: Ring,
  after: Ring,
  family: Family,
  schedule: RolloutSchedule,
  catalogue: Catalogue,
): readonly StagedPin[] {
  const [from, to] = [before.pins[family], after.pins[family]];
  if (from === undefined || to === undefined || isDeepStrictEqual(from, to)) return [];
  const served = (pin: Pin): ServedPin => ({
    project: after.project ?? policy.project,
    location: pin.location ?? after.location ?? policy.location,
    model: pin.model,
    context1m: pin.context1m,
  });
  if (isLowerPin(served(from), served(to), catalogue)) return [];
  return [{ ring: after.name, family, from, to, schedule }];
}

/** A rollout keeps its old pin in the policy. In another place that could be a pin that can't be called. */
function isSamePlace(before: Policy, former: Ring, after: Policy, ring: Ring): boolean {
  return (
    (former.project ?? before.project) === (ring.project ?? after.project) &&
    (former.location ?? before.location) === (ring.location ?? after.location)
  );
}

/** The policy with the pins that `other` has for these families of rings. */
function withPinsOf(policy: Policy, other: Policy, pins: readonly Pick<StagedPin, 'ring' | 'family'>[]): Policy {
  if (pins.length === 0) return policy;
  const rings = policy.rings.map((ring) => {
    const former = other.rings.find(({ name }) => name === ring.name);
    const kept = pins
      .filter((each) => each.ring === ring.name)
      .map(({ family }) => [family, former?.pins[family]] as const)
      .filter(([, pin]) => pin !== undefined);
    return kept.length === 0 ? ring : { ...ring, pins: { ...ring.pins, ...Object.fromEntries(kept) } };
  });
  return { ...policy, rings };
}
