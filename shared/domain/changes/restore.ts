// A restore: what of an old policy comes back at once, where a second person must approve what raises risk. Going back
// to what was served before an accident must never wait. Going back to anything else that raises risk must.

import type { Matrix } from '../availability/availability.ts';
import { isCallable } from '../availability/availability.ts';
import { machineKinds } from '../consequences/machine-kinds.ts';
import { isSamePin, type ServedPin } from '../consequences/pin-differences.ts';
import { type Family, families } from '../models/model.ts';
import { endpointKey } from '../models/model-endpoint.ts';
import type { Policy, Ring } from '../policy/policy.ts';
import type { Revision } from '../serving/revision.ts';
import type { IsRejected } from './rejections.ts';

export interface RestoreInput {
  readonly current: Revision;
  /** Earlier revisions, newest first. */
  readonly earlier: readonly Revision[];
  readonly matrix: Matrix | null;
  /** The policy of the restored revision. */
  readonly target: Policy;
  readonly isRejected: IsRejected;
  /** Whether a change between two policies raises risk. */
  readonly raises: (before: Policy, after: Policy) => boolean;
}

/** The policy that comes back at once: the target itself, or the current policy with some of its parts. */
export function restorablePolicy(input: RestoreInput): Policy {
  const { current, target } = input;
  const isAllowed = (candidate: Policy) => !input.raises(excusedBaseline(input, candidate), candidate);
  if (isAllowed(target)) return target;
  let policy = current.policy;
  const accept = (candidate: Policy): boolean => {
    if (!isAllowed(candidate)) return false;
    policy = candidate;
    return true;
  };
  accept(withPlaces(policy, target));
  for (const ring of target.rings) {
    if (!policy.rings.some(({ name }) => name === ring.name)) continue;
    if (accept(withRing(policy, ring.name, (former) => ({ ...ring, match: former.match })))) continue;
    accept(withRing(policy, ring.name, (former) => withPlaceOf(former, ring, target, policy)));
    for (const family of families) {
      const pin = ring.pins[family];
      if (pin === undefined) continue;
      accept(withRing(policy, ring.name, (former) => ({ ...former, pins: { ...former.pins, [family]: pin } })));
    }
    for (const key of ringParts) accept(withRing(policy, ring.name, (former) => withPart(former, ring, key)));
  }
  for (const key of policyParts) accept(withPart(policy, target, key));
  return policy;
}

const ringParts = ['lock', 'settings', 'upgrades', 'rollout'] as const;
const policyParts = ['lock', 'settings', 'upgrades', 'rollout', 'models', 'secondPerson'] as const;

/**
 * The current policy, with those whole units of the candidate that may come back although they raise risk. What still
 * differs from the candidate is judged.
 */
function excusedBaseline(input: RestoreInput, candidate: Policy): Policy {
  const { policy } = input.current;
  const rings = policy.rings.map((ring) => {
    const wanted = candidate.rings.find(({ name }) => name === ring.name);
    if (wanted === undefined) return ring;
    const units = families.map((family) => {
      const [from, to] = [unitOf(policy, ring, family), unitOf(candidate, wanted, family)];
      return { family, isExcused: isSamePin(from, to) || mayComeBack(input, ring.name, family, from, to) };
    });
    const isElsewhere = placeOf(policy, ring) !== placeOf(candidate, wanted);
    if (isElsewhere) {
      const isWhole = Object.keys(wanted.pins).length > 0 && units.every(({ isExcused }) => isExcused);
      return isWhole ? withPlaceOf(ring, wanted, candidate, policy) : ring;
    }
    const pins = units.flatMap(({ family, isExcused }) => {
      const pin = wanted.pins[family];
      return isExcused && pin !== undefined ? [[family, pin]] : [];
    });
    return { ...ring, pins: { ...ring.pins, ...Object.fromEntries(pins) } };
  });
  return { ...policy, rings };
}

/**
 * Whether a unit is the one that was served in full immediately before the current one, was not left by a restore or
 * rejected, and was callable when last seen.
 */
function mayComeBack(
  { current, earlier, matrix, isRejected }: RestoreInput,
  ring: string,
  family: Family,
  from: ServedPin | undefined,
  to: ServedPin | undefined,
): boolean {
  if (to === undefined) return false;
  let after = current;
  for (const revision of earlier) {
    const units = unitsIn(revision.policy, current.policy, ring, family);
    if (units.every((unit) => isSamePin(unit, from))) {
      after = revision;
      continue;
    }
    const isPreceding = units.every((unit) => isSamePin(unit, to)) && after.restores === null;
    return isPreceding && !isRejected(ring, family, to.model) && wasCallable(matrix, to);
  }
  return false;
}

function wasCallable(matrix: Matrix | null, { project, location, model }: ServedPin): boolean {
  const key = endpointKey({ project, location, model });
  const cell = matrix?.cells.find((each) => endpointKey(each) === key);
  return cell !== undefined && isCallable(cell.state);
}

/** What those machines had in an earlier policy that are in the ring now: the ring had other machines, or another name. */
function unitsIn(policy: Policy, now: Policy, name: string, family: Family): readonly (ServedPin | undefined)[] {
  const kinds = machineKinds(policy, now).filter(({ after }) => after.name === name);
  return kinds.map(({ before }) => unitOf(policy, before, family));
}

function unitOf(policy: Policy, ring: Ring, family: Family): ServedPin | undefined {
  const pin = ring.pins[family];
  if (pin === undefined) return undefined;
  const location = pin.location ?? ring.location ?? policy.location;
  return { project: ring.project ?? policy.project, location, model: pin.model, context1m: pin.context1m };
}

function placeOf(policy: Policy, ring: Ring): string {
  return `${ring.project ?? policy.project}/${ring.location ?? policy.location}`;
}

/** All projects, locations and pins of the target, where it has the same rings. */
function withPlaces(policy: Policy, target: Policy): Policy {
  const rings = policy.rings.map((ring) => {
    const wanted = target.rings.find(({ name }) => name === ring.name);
    return wanted === undefined ? ring : withPlaceOf(ring, wanted, target, policy);
  });
  return { ...policy, rings };
}

/** The ring with the project, location and pins that the other one has in its policy. */
function withPlaceOf(ring: Ring, other: Ring, otherPolicy: Policy, policy: Policy): Ring {
  const { project: _, location: _location, ...rest } = ring;
  const project = other.project ?? otherPolicy.project;
  const location = other.location ?? otherPolicy.location;
  return {
    ...rest,
    ...(project === policy.project ? {} : { project }),
    ...(location === policy.location ? {} : { location }),
    pins: other.pins,
  };
}

function withRing(policy: Policy, name: string, change: (ring: Ring) => Ring): Policy {
  return { ...policy, rings: policy.rings.map((ring) => (ring.name === name ? change(ring) : ring)) };
}

/** One part of another object, or none if it has none. */
function withPart<T extends object>(object: T, other: T, key: keyof T): T {
  const { [key]: _, ...rest } = object;
  // The rest and the part make the whole type again.
  return { ...rest, ...(other[key] === undefined ? {} : { [key]: other[key] }) } as T;
}
