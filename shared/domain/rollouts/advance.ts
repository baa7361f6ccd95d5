// Advancing: the automatic part of upgrades and rollouts, run every minute. It finds and ages upgrades, and aborts
// failing rollouts. Unless people have frozen automatic changes, it also advances baked stages and starts waiting
// rollouts.

import { createHash } from 'node:crypto';
import { isGlassBroken } from '../changes/break-glass.ts';
import { compareModels, parseModel } from '../models/model.ts';
import { ruleOf } from '../policy/policy.ts';
import type { Rollout } from '../serving/rollout.ts';
import { callabilityOfPin } from './callability.ts';
import { advanceRollout, endRollout, pinOf, startRollout } from './rollout-actions.ts';
import { setBreakGlass } from './safeguards.ts';
import type { Transition } from './transition.ts';
import { startsByItself, type Upgrade } from './upgrade.ts';
import { findUpgrades, followUpgrades } from './upgrade-actions.ts';
import { type Failures, failsTooOften, rolloutWaits, upgradeWaits } from './waits.ts';

/** One automatic step. `failures` are by the id of a rollout. */
export function advance(transition: Transition, failures: ReadonlyMap<number, Failures>): Transition {
  const followed = followUpgrades(findUpgrades(endBreakGlass(transition)));
  const checked = followed.rollouts.reduce((next, each) => abortIfUnfit(next, each, failures.get(each.id)), followed);
  if (checked.rolloutState.frozen !== null) return checked;
  const advanced = checked.rollouts.reduce(
    (next, each) => (rolloutWaits(next, each, null).length === 0 ? advanceRollout(next, each) : next),
    checked,
  );
  return startWaiting(advanced);
}

/** Ends the exception from the rule of the second person when its time is over. */
function endBreakGlass(transition: Transition): Transition {
  const { rolloutState, committed } = transition;
  const { breakGlass } = rolloutState;
  if (breakGlass === null || isGlassBroken(breakGlass, committed.now)) return transition;
  return setBreakGlass(transition, null, 'pinward', 'its time is over');
}

/** Starts a rollout for each upgrade that is approved, or ready under the rule `auto`, and that nothing blocks. */
export function startWaiting(transition: Transition): Transition {
  if (transition.rolloutState.frozen !== null) return transition;
  return waitingUpgrades(transition).reduce((next, upgrade) => {
    const from = pinOf(next, upgrade.ring, upgrade.family);
    if (from === null || upgradeWaits(next, upgrade).length > 0) return next;
    return startRollout(next, upgrade, from, saltOf(next, upgrade), upgrade.decided?.by ?? 'pinward');
  }, transition);
}

/** Aborts a rollout whose model is lost, or that fails on too many machines. */
function abortIfUnfit(transition: Transition, rollout: Rollout, failures: Failures | undefined): Transition {
  const { ring, to, forced } = rollout;
  if (forced === null && callabilityOfPin(transition, ring, to) === 'lost') {
    return endRollout(transition, rollout, 'found', 'pinward', `${to.model} is no longer callable`);
  }
  if (failures === undefined || !failsTooOften(rollout, failures)) return transition;
  const reason = `about ${failures.failed} of ${failures.reports} machines that reported have failed`;
  return endRollout(transition, rollout, 'rejected', 'pinward', reason);
}

/** By ring; in a ring the newest model first. */
function waitingUpgrades({ policy, rolloutState }: Transition): readonly Upgrade[] {
  const order = new Map(policy.rings.map(({ name }, at) => [name, at]));
  return rolloutState.upgrades
    .filter((upgrade) => {
      const { state, rollout, ring, family } = upgrade;
      if (rollout !== null) return false;
      return state === 'approved' || (state === 'ready' && startsByItself(upgrade, ruleOf(policy, ring, family)));
    })
    .toSorted((a, b) => (order.get(a.ring) ?? 0) - (order.get(b.ring) ?? 0) || compareIds(b.model, a.model));
}

/** Differs for every rollout, and is the same when the same step is repeated. */
function saltOf({ rolloutState, committed }: Transition, { id }: Upgrade): string {
  return createHash('sha256')
    .update(`${rolloutState.rollouts + 1}\n${id}\n${committed.now}`)
    .digest('hex')
    .slice(0, 16);
}

function compareIds(a: string, b: string): number {
  const [first, second] = [parseModel(a), parseModel(b)];
  return first === null || second === null ? 0 : compareModels(first, second);
}
