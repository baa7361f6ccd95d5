// Reopening: an upgrade that ended is offered again, because a person asks for it or because its pin moved back. It then
// waits for an approval whatever the rule says, so that nothing returns by itself that somebody took back. A ring with a new
// name keeps the upgrades of its machines.

import { machineKinds } from '../consequences/machine-kinds.ts';
import { fail, ok, type Result } from '../fault.ts';
import { type Family, families, isNewer, parseModel } from '../models/model.ts';
import type { Pin } from '../policy/pin.ts';
import type { Ring } from '../policy/policy.ts';
import { isEnded } from './legal-transitions.ts';
import { pinOf } from './rollout-actions.ts';
import { type Transition, withEvent, withUpgrade } from './transition.ts';
import { type Upgrade, upgradeId } from './upgrade.ts';
import { decidedEvent, followUpgrades, newUpgrade } from './upgrade-actions.ts';

/** Who moved the pin back or reopened the upgrade, and why. */
interface Cause {
  readonly by: string;
  readonly reason: string;
}

/**
 * Nothing changes when the upgrade has not ended. Faults: `upgrade_unknown`; `upgrade_state` when the ring's pin is as
 * new as the upgrade, or gone.
 */
export function reopenUpgrade(transition: Transition, id: string, by: string, reason: string): Result<Transition> {
  const upgrade = transition.rolloutState.upgrades.find((each) => each.id === id);
  if (upgrade === undefined) return fail({ code: 'upgrade_unknown', upgrade: id });
  if (!isEnded(upgrade)) return ok(transition);
  const { ring, family, model, state } = upgrade;
  const pin = pinOf(transition, ring, family);
  if (pin === null || !isNewer(model, pin.model)) {
    const needs = `newer than the pin, which is ${pin === null ? 'gone' : pin.model}`;
    return fail({ code: 'upgrade_state', upgrade: id, state, needs });
  }
  return ok(followUpgrades(reopened(transition, upgrade, { by, reason })));
}

/** For a new policy by a person: upgrades follow the pins. Those that a pin moved back from are offered again. */
export function followPins(transition: Transition, by: string, reason: string): Transition {
  const formerRings = formerRingsOf(transition);
  const returned = transition.policy.rings.reduce((next, ring) => {
    const former = formerRings.get(ring.name) ?? [];
    return offerAgain(withUpgradesOf(next, ring, former), ring, former, { by, reason });
  }, transition);
  return followUpgrades(returned);
}

/** The rings of before by the names of now: the ring of that name, or for a new name those whose machines are in it. */
function formerRingsOf({ committed, policy }: Transition): ReadonlyMap<string, readonly Ring[]> {
  const before = committed.revision.policy;
  const same = new Map(before.rings.map((ring) => [ring.name, [ring]]));
  if (policy.rings.every(({ name }) => same.has(name))) return same;
  const moved = machineKinds(before, policy).filter(({ after }) => !same.has(after.name));
  const byMachines = Map.groupBy(moved, ({ after }) => after.name);
  return new Map([
    ...same,
    ...[...byMachines].map(([name, kinds]) => [name, kinds.map((kind) => kind.before)] as const),
  ]);
}

/** Of several former rings, one in which a person rejected the model counts first, then one that took it back. */
function withUpgradesOf(transition: Transition, { name }: Ring, former: readonly Ring[]): Transition {
  const names = new Set(former.map((ring) => ring.name));
  if (names.has(name)) return transition;
  const at = transition.committed.now;
  const weight = ({ state, reopened }: Upgrade) => (state === 'rejected' ? 2 : reopened === null ? 0 : 1);
  return transition.rolloutState.upgrades
    .filter(({ ring }) => names.has(ring))
    .toSorted((one, other) => weight(other) - weight(one))
    .reduce((next, { family, model, state, decided, reopened }) => {
      const id = upgradeId(name, family, model);
      if (next.rolloutState.upgrades.some((each) => each.id === id)) return next;
      // An approval was for the machines of the former ring.
      const kept = state === 'rejected' ? { state, decided } : { state: state === 'approved' ? 'found' : state };
      return withUpgrade(next, { ...newUpgrade(id, name, family, model, at), reopened, ...kept });
    }, transition);
}

/** A pin that is back after its removal offers again what its removal ended, but not what a person rejected. */
function offerAgain(transition: Transition, { name, pins }: Ring, former: readonly Ring[], cause: Cause): Transition {
  return families.reduce((next, family) => {
    const [from, to] = [newestPin(former, family), pins[family]];
    if (to === undefined || (from !== undefined && !isNewer(from.model, to.model))) return next;
    const returned = next.rolloutState.upgrades
      .filter(({ ring, family: of }) => ring === name && of === family)
      .filter(({ rollout }) => !next.rollouts.some(({ id }) => id === rollout))
      .filter(({ model }) => isNewer(model, to.model))
      .filter((each) => (from === undefined ? wasEndedByPin(each) : !isNewer(each.model, from.model)))
      .reduce((marked, upgrade) => reopened(marked, upgrade, cause), next);
    return from === undefined ? returned : withFormerModel(returned, name, family, from, cause);
  }, transition);
}

function newestPin(rings: readonly Ring[], family: Family): Pin | undefined {
  return rings
    .flatMap(({ pins }) => pins[family] ?? [])
    .reduce<Pin | undefined>((newest, pin) => (newest && !isNewer(pin.model, newest.model) ? newest : pin), undefined);
}

function wasEndedByPin({ state }: Upgrade): boolean {
  return state === 'superseded' || state === 'rolled_out';
}

/** The model that was pinned may never have been an upgrade. Found anew, it would return by itself. */
function withFormerModel(
  transition: Transition,
  ring: string,
  family: Upgrade['family'],
  { model }: Pin,
  { by, reason }: Cause,
): Transition {
  const id = upgradeId(ring, family, model);
  const isKnown = transition.rolloutState.upgrades.some((each) => each.id === id);
  if (isKnown || parseModel(model)?.family !== family) return transition;
  const at = transition.committed.now;
  return withUpgrade(transition, { ...newUpgrade(id, ring, family, model, at), reopened: { by, at, reason } });
}

function reopened(transition: Transition, upgrade: Upgrade, { by, reason }: Cause): Transition {
  const at = transition.committed.now;
  const open = { state: 'found', since: at, proposed: null, decided: null, rollout: null } as const;
  const next = withUpgrade(transition, { ...upgrade, ...open, reopened: { by, at, reason } });
  return withEvent(next, decidedEvent(upgrade, 'reopened', by, at, reason));
}
