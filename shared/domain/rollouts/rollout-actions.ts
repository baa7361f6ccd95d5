// Rollout actions: start, advance, pause, resume and abort. Each is a pure step from one transition to the next.

import type { StagedPin } from '../changes/staging.ts';
import { fail, ok, type Result } from '../fault.ts';
import { type Family, isNewer } from '../models/model.ts';
import type { Pin } from '../policy/pin.ts';
import { RolloutSchedule } from '../policy/rollout-schedule.ts';
import type { Rollout } from '../serving/rollout.ts';
import { isEnded, type RolloutMove, rolloutMoves } from './legal-transitions.ts';
import { nextRevisionNumber, type Transition, withRollout, withUpgrade } from './transition.ts';
import { type Upgrade, upgradeId } from './upgrade.ts';

/** Starts the rollout of an upgrade. The caller has checked that nothing blocks it. */
export function startRollout(
  transition: Transition,
  upgrade: Upgrade,
  from: Pin,
  salt: string,
  by: string,
): Transition {
  const { policy, rolloutState } = transition;
  const { ring, family, model } = upgrade;
  const id = rolloutState.rollouts + 1;
  const schedule =
    policy.rings.find(({ name }) => name === ring)?.rollout ?? policy.rollout ?? RolloutSchedule.parse({});
  const place = { id, ring, family, from, to: { ...from, model }, salt, ...schedule };
  const rollout = newRollout(transition, place, by, upgrade.decided?.reason ?? '', null);
  const counted = { ...transition, rolloutState: { ...rolloutState, rollouts: id } };
  return withRollout(withUpgrade(counted, { ...upgrade, rollout: id }), rollout, 'started');
}

/**
 * Starts the rollout of a pin that a person changed by hand. An upgrade to the same model is part of it: if the rollout
 * is aborted, it must not begin again by itself. `forced`
 * is the reason to move the pin although the model is not known to be callable.
 */
export function startPinRollout(
  transition: Transition,
  { ring, family, from, to, schedule }: StagedPin,
  salt: string,
  by: string,
  reason: string,
  forced: string | null,
): Transition {
  const { rolloutState, committed } = transition;
  const id = rolloutState.rollouts + 1;
  const place = { id, ring, family, from, to, salt, ...schedule };
  const rollout = newRollout(transition, place, by, reason, forced);
  const counted = { ...transition, rolloutState: { ...rolloutState, rollouts: id } };
  const upgradeOf = rolloutState.upgrades.find((each) => each.id === upgradeId(ring, family, to.model));
  const upgrade = upgradeOf ?? (isNewer(to.model, from.model) ? foundUpgrade(transition, rollout) : null);
  if (upgrade === null || isEnded(upgrade) || upgrade.rollout !== null) return withRollout(counted, rollout, 'started');
  const since = committed.now;
  const decided = { by, at: since, reason };
  const linked = withUpgrade(counted, { ...upgrade, state: 'approved', since, decided, rollout: id });
  return withRollout(linked, rollout, 'started');
}

/** The next stage; after the last one the ring's pin itself is moved, and the rollout is completed. */
export function advanceRollout(transition: Transition, rollout: Rollout): Transition {
  const { now } = transition.committed;
  const base = { ...rollout, by: 'pinward', reason: '' };
  if (rollout.stage < rollout.stages.length - 1) {
    return withRollout(transition, { ...base, stage: rollout.stage + 1, stageSince: now }, 'advanced');
  }
  const moved = { ...transition, policy: policyWithPin(transition, rollout) };
  const ended = withRollout(moved, { ...base, state: 'completed', endedAt: now }, 'completed');
  return endUpgrades(ended, rollout);
}

/** Faults: `rollout_unknown`, `rollout_state`. */
export function pauseRollout(transition: Transition, id: number, by: string, reason: string): Result<Transition> {
  return applyMove(transition, id, 'paused', (rollout) =>
    withRollout(transition, { ...rollout, state: 'paused', by, reason }, 'paused'),
  );
}

/** The current stage starts to bake again. Faults: `rollout_unknown`, `rollout_state`. */
export function resumeRollout(transition: Transition, id: number, by: string, reason: string): Result<Transition> {
  const stageSince = transition.committed.now;
  return applyMove(transition, id, 'resumed', (rollout) =>
    withRollout(transition, { ...rollout, state: 'running', stageSince, by, reason }, 'resumed'),
  );
}

/** An abort by a person: the upgrade is rejected for this ring. Faults: `rollout_unknown`, `rollout_state`. */
export function abortRollout(transition: Transition, id: number, by: string, reason: string): Result<Transition> {
  return applyMove(transition, id, 'aborted', (rollout) => endRollout(transition, rollout, 'rejected', by, reason));
}

/**
 * Ends a rollout early; its machines get the old pin again. The upgrade is `rejected`, or `found` if its model was
 * lost.
 */
export function endRollout(
  transition: Transition,
  rollout: Rollout,
  upgradeState: 'rejected' | 'found',
  by: string,
  reason: string,
): Transition {
  const { now } = transition.committed;
  const upgrade = transition.rolloutState.upgrades.find((each) => each.rollout === rollout.id);
  const aborted: Rollout = { ...rollout, state: 'aborted', endedAt: now, by, reason };
  const ended = withRollout(transition, aborted, 'aborted', upgrade !== undefined && upgradeState === 'rejected');
  if (upgrade === undefined) return ended;
  const decided = upgradeState === 'rejected' ? { by, at: now, reason } : null;
  return withUpgrade(ended, { ...upgrade, state: upgradeState, since: now, decided, proposed: null, rollout: null });
}

/** An upgrade that nobody has found yet. */
function foundUpgrade({ committed }: Transition, { ring, family, to }: Rollout): Upgrade {
  const { now } = committed;
  const undecided = { proposed: null, decided: null, reopened: null, rollout: null };
  const id = upgradeId(ring, family, to.model);
  return { id, ring, family, model: to.model, state: 'found', since: now, foundAt: now, ...undecided };
}

interface RolloutPlace extends RolloutSchedule {
  readonly id: number;
  readonly ring: string;
  readonly family: Family;
  readonly from: Pin;
  readonly to: Pin;
  readonly salt: string;
}

function newRollout(
  transition: Transition,
  place: RolloutPlace,
  by: string,
  reason: string,
  forced: string | null,
): Rollout {
  const { now } = transition.committed;
  const times = { stageSince: now, startedAt: now, endedAt: null, firstRevision: nextRevisionNumber(transition) };
  return { ...place, stage: 0, state: 'running', ...times, by, reason, forced };
}

function applyMove(
  transition: Transition,
  id: number,
  name: RolloutMove,
  move: (rollout: Rollout) => Transition,
): Result<Transition> {
  const rollout = transition.rollouts.find((each) => each.id === id);
  const needs: readonly string[] = rolloutMoves[name].from;
  if (rollout !== undefined && needs.includes(rollout.state)) return ok(move(rollout));
  if (rollout === undefined && (id < 1 || id > transition.rolloutState.rollouts)) {
    return fail({ code: 'rollout_unknown', rollout: id });
  }
  return fail({ code: 'rollout_state', rollout: id, state: rollout?.state ?? 'over', needs: needs.join(' or ') });
}

function policyWithPin({ policy }: Transition, { ring: name, family, to }: Rollout): Transition['policy'] {
  const rings = policy.rings.map((ring) =>
    ring.name === name ? { ...ring, pins: { ...ring.pins, [family]: to } } : ring,
  );
  return { ...policy, rings };
}

/** The upgrade of a completed rollout is rolled out; older upgrades of the same pin are superseded. */
function endUpgrades(transition: Transition, { id, ring, family, to }: Rollout): Transition {
  const since = transition.committed.now;
  let next = transition;
  for (const upgrade of transition.rolloutState.upgrades) {
    if (upgrade.rollout === id) next = withUpgrade(next, { ...upgrade, state: 'rolled_out', since });
    else if (
      upgrade.ring === ring &&
      upgrade.family === family &&
      !isEnded(upgrade) &&
      !isNewer(upgrade.model, to.model)
    ) {
      next = withUpgrade(next, { ...upgrade, state: 'superseded', since });
    }
  }
  return next;
}

/** The ring's current pin of a family; null for none. */
export function pinOf({ policy }: Transition, ring: string, family: Family): Pin | null {
  return policy.rings.find(({ name }) => name === ring)?.pins[family] ?? null;
}
