// What people and time do to a rollout: start, advance, pause, resume, abort. Each is a step on a course.

import { fail, ok, type Result } from '../fault.ts';
import { type Family, isNewer } from '../models/model.ts';
import type { Pin } from '../policy/pin.ts';
import { Schedule } from '../policy/rollout-schedule.ts';
import type { Rollout } from '../serving/rollout.ts';
import { isEnded, type RolloutMove, rolloutMoves } from './legal-transitions.ts';
import { callabilityOf, nextRevisionNumber, type Transition, withRollout, withUpgrade } from './transition.ts';
import type { Upgrade } from './upgrade.ts';

/** Begins to carry an approved upgrade to its ring; the caller has seen that nothing stands in its way. */
export function startRollout(
  transition: Transition,
  upgrade: Upgrade,
  from: Pin,
  salt: string,
  by: string,
): Transition {
  const { policy, rolloutState, committed } = transition;
  const { ring, family, model } = upgrade;
  const id = rolloutState.rollouts + 1;
  const schedule = policy.rings.find(({ name }) => name === ring)?.rollout ?? policy.rollout ?? Schedule.parse({});
  const rollout: Rollout = {
    id,
    ring,
    family,
    from,
    to: { ...from, model },
    salt,
    ...schedule,
    stage: 0,
    state: 'running',
    stageSince: committed.now,
    startedAt: committed.now,
    endedAt: null,
    firstRevision: nextRevisionNumber(transition),
    by,
    reason: upgrade.decided?.reason ?? '',
  };
  const counted = { ...transition, rolloutState: { ...rolloutState, rollouts: id } };
  return withRollout(withUpgrade(counted, { ...upgrade, rollout: id }), rollout, 'started');
}

/** The next share, or the end: the ring's pin itself is moved. */
export function advanceRollout(transition: Transition, rollout: Rollout): Transition {
  const { now } = transition.committed;
  const base = { ...rollout, by: 'pinward', reason: '' };
  if (rollout.stage < rollout.stages.length - 1) {
    return withRollout(transition, { ...base, stage: rollout.stage + 1, stageSince: now }, 'advanced');
  }
  const moved = { ...transition, policy: movedPolicy(transition, rollout) };
  const ended = withRollout(moved, { ...base, state: 'completed', endedAt: now }, 'completed');
  return endUpgrades(ended, rollout);
}

/** Faults: `rollout_unknown`, `rollout_state`. */
export function pauseRollout(transition: Transition, id: number, by: string, reason: string): Result<Transition> {
  return moveOf(transition, id, 'paused', (rollout) =>
    withRollout(transition, { ...rollout, state: 'paused', by, reason }, 'paused'),
  );
}

/** The present stage bakes anew from now on. */
export function resumeRollout(transition: Transition, id: number, by: string, reason: string): Result<Transition> {
  const stageSince = transition.committed.now;
  return moveOf(transition, id, 'resumed', (rollout) =>
    withRollout(transition, { ...rollout, state: 'running', stageSince, by, reason }, 'resumed'),
  );
}

/** A person's abort: the version won't come back to this ring by itself. */
export function abortRollout(transition: Transition, id: number, by: string, reason: string): Result<Transition> {
  return moveOf(transition, id, 'aborted', (rollout) => endRollout(transition, rollout, 'rejected', by, reason));
}

/** Serves what was served before. The upgrade is `rejected`, or `found` again where only its model went away. */
export function endRollout(
  transition: Transition,
  rollout: Rollout,
  fate: 'rejected' | 'found',
  by: string,
  reason: string,
): Transition {
  const { now } = transition.committed;
  const ended = withRollout(transition, { ...rollout, state: 'aborted', endedAt: now, by, reason }, 'aborted');
  const upgrade = transition.rolloutState.upgrades.find((each) => each.rollout === rollout.id);
  if (upgrade === undefined) return ended;
  const decided = fate === 'rejected' ? { by, at: now, reason } : null;
  return withUpgrade(ended, { ...upgrade, state: fate, since: now, decided, proposed: null, rollout: null });
}

/** Whether a rollout may serve more machines: it runs, its stage has baked, and its model answers. */
export function isDue(transition: Transition, { ring, family, to, state, stageSince, bakeMinutes }: Rollout): boolean {
  const bakedMs = Date.parse(transition.committed.now) - Date.parse(stageSince);
  if (state !== 'running' || bakedMs < bakeMinutes * 60_000) return false;
  return callabilityOf(transition, ring, family, to.model) === 'callable';
}

function moveOf(
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

function movedPolicy({ policy }: Transition, { ring: name, family, to }: Rollout): Transition['policy'] {
  const rings = policy.rings.map((ring) =>
    ring.name === name ? { ...ring, pins: { ...ring.pins, [family]: to } } : ring,
  );
  return { ...policy, rings };
}

/** The one that it carried is rolled out; older ones of the same pin are of no use any more. */
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

/** The pin that a ring has for a family now. */
export function pinOf({ policy }: Transition, ring: string, family: Family): Pin | null {
  return policy.rings.find(({ name }) => name === ring)?.pins[family] ?? null;
}
