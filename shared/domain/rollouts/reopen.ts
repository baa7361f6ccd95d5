// Reopening: an upgrade that ended is offered again, because a person asks for it or because its pin moved back. It then
// waits for an approval whatever the rule says, so that nothing returns by itself that somebody took back.

import { fail, ok, type Result } from '../fault.ts';
import { families, isNewer } from '../models/model.ts';
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
  const returned = transition.committed.revision.policy.rings.reduce(
    (next, ring) => offerAgain(next, ring, by, reason),
    transition,
  );
  return followUpgrades(returned);
}

function offerAgain(transition: Transition, { name, pins }: Ring, by: string, reason: string): Transition {
  return families.reduce((next, family) => {
    const [from, to] = [pins[family], pinOf(transition, name, family)];
    if (from === undefined || to === null || !isNewer(from.model, to.model)) return next;
    const former = upgradeId(name, family, from.model);
    const { upgrades } = next.rolloutState;
    const returned = upgrades
      .filter(({ ring, family: of }) => ring === name && of === family)
      .filter(({ rollout }) => !next.rollouts.some(({ id }) => id === rollout))
      .filter(({ model }) => isNewer(model, to.model) && !isNewer(model, from.model))
      .reduce((marked, upgrade) => reopened(marked, upgrade, by, reason), next);
    if (upgrades.some(({ id }) => id === former)) return returned;
    // The model that was pinned may never have been an upgrade; found anew it would return by itself.
    const at = next.committed.now;
    const found = newUpgrade(former, name, family, from.model, at);
    return withUpgrade(returned, { ...found, reopened: { by, at, reason } });
  }, transition);
}

function reopened(transition: Transition, upgrade: Upgrade, by: string, reason: string): Transition {
  const at = transition.committed.now;
  const open = { state: 'found', since: at, proposed: null, decided: null, rollout: null } as const;
  const next = withUpgrade(transition, { ...upgrade, ...open, reopened: { by, at, reason } });
  return withEvent(next, decidedEvent(upgrade, 'reopened', by, at, reason));
}
