// Reopening: an upgrade that ended is offered again, because a person asks for it or because its pin moved back. It then
// waits for an approval whatever the rule says, so that nothing returns by itself that somebody took back.

import { fail, ok, type Result } from '../fault.ts';
import { families, isNewer, parseModel } from '../models/model.ts';
import type { Pin } from '../policy/pin.ts';
import type { Ring } from '../policy/policy.ts';
import { isEnded } from './legal-transitions.ts';
import { pinOf } from './rollout-actions.ts';
import { type Transition, withEvent, withUpgrade } from './transition.ts';
import { type Upgrade, upgradeId } from './upgrade.ts';
import { decidedEvent, followUpgrades, newUpgrade } from './upgrade-actions.ts';

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
  return ok(followUpgrades(reopened(transition, upgrade, by, reason)));
}

/** For a new policy by a person: upgrades follow the pins. Those that a pin moved back from are offered again. */
export function followPins(transition: Transition, by: string, reason: string): Transition {
  const returned = transition.policy.rings.reduce((next, ring) => offerAgain(next, ring, by, reason), transition);
  return followUpgrades(returned);
}

/** A pin that is back after its removal offers again what its removal ended, but not what a person rejected. */
function offerAgain(transition: Transition, { name, pins }: Ring, by: string, reason: string): Transition {
  const before = transition.committed.revision.policy.rings.find((ring) => ring.name === name)?.pins ?? {};
  return families.reduce((next, family) => {
    const [from, to] = [before[family], pins[family]];
    if (to === undefined || (from !== undefined && !isNewer(from.model, to.model))) return next;
    const returned = next.rolloutState.upgrades
      .filter(({ ring, family: of }) => ring === name && of === family)
      .filter(({ rollout }) => !next.rollouts.some(({ id }) => id === rollout))
      .filter(({ model }) => isNewer(model, to.model))
      .filter((each) => (from === undefined ? wasEndedByPin(each) : !isNewer(each.model, from.model)))
      .reduce((marked, upgrade) => reopened(marked, upgrade, by, reason), next);
    return from === undefined ? returned : withFormerModel(returned, name, family, from, { by, reason });
  }, transition);
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
  { by, reason }: { readonly by: string; readonly reason: string },
): Transition {
  const id = upgradeId(ring, family, model);
  const isKnown = transition.rolloutState.upgrades.some((each) => each.id === id);
  if (isKnown || parseModel(model)?.family !== family) return transition;
  const at = transition.committed.now;
  return withUpgrade(transition, { ...newUpgrade(id, ring, family, model, at), reopened: { by, at, reason } });
}

function reopened(transition: Transition, upgrade: Upgrade, by: string, reason: string): Transition {
  const at = transition.committed.now;
  const open = { state: 'found', since: at, proposed: null, decided: null, rollout: null } as const;
  const next = withUpgrade(transition, { ...upgrade, ...open, reopened: { by, at, reason } });
  return withEvent(next, decidedEvent(upgrade, 'reopened', by, at, reason));
}
