// A transition: the committed state of policy, rollouts and upgrades, plus the changes decided so far. Every action (an
// approval, a pause, an automatic advance) is a chain of pure steps on a transition. Its completion gives the documents
// and events to write.

import type { Matrix } from '../availability/availability.ts';
import { callableModelsFor, lostModels } from '../availability/find-callable.ts';
import { type PinChange, pinStateOf } from '../changes/pin-change.ts';
import type { NewEvent } from '../events/event.ts';
import { type Catalogue, extendCatalogue } from '../models/catalogue.ts';
import type { Pin } from '../policy/pin.ts';
import type { Policy } from '../policy/policy.ts';
import { percentOf } from '../serving/bucketing.ts';
import type { Revision } from '../serving/revision.ts';
import type { Rollout } from '../serving/rollout.ts';
import { placeOf } from './callability.ts';
import { checkRolloutMove, checkUpgradeTransition, type RolloutMove } from './legal-transitions.ts';
import type { RolloutState } from './rollout-state.ts';
import { nextStageOf } from './stage-times.ts';
import type { Upgrade } from './upgrade.ts';

/** The state that the store had when the transition started. */
export interface CommittedState {
  readonly revision: Revision;
  readonly rolloutState: RolloutState;
  readonly matrix: Matrix | null;
  /** The shipped catalogue. */
  readonly catalogue: Catalogue;
  /** ISO 8601, UTC. */
  readonly now: string;
}

/** Never changed: each step returns a new one. */
export interface Transition {
  readonly committed: CommittedState;
  readonly policy: Policy;
  /** The active rollouts. */
  readonly rollouts: readonly Rollout[];
  /** Rollouts that this transition ended. */
  readonly ended: readonly Rollout[];
  readonly rolloutState: RolloutState;
  readonly newEvents: readonly NewEvent[];
  /** One line for each move of a rollout; for the note of the revision. */
  readonly notes: readonly string[];
}

/** The documents and events to commit. */
export interface TransitionResult {
  /** The next revision; null when nothing changes for machines. */
  readonly revision: Revision | null;
  readonly rolloutState: RolloutState;
  /** Rollouts that started, changed or ended. */
  readonly rollouts: readonly Rollout[];
  readonly newEvents: readonly NewEvent[];
  /** The number of the revision that is current after the commit. */
  readonly revisionNumber: number;
}

/** A transition without changes. */
export function startTransition(committed: CommittedState): Transition {
  const { revision, rolloutState } = committed;
  const { policy, rollouts } = revision;
  return { committed, policy, rollouts, ended: [], rolloutState, newEvents: [], notes: [] };
}

/** The number of the revision that this transition makes if something changes for machines. */
export function nextRevisionNumber({ committed }: Transition): number {
  return committed.revision.number + 1;
}

/** The result of a transition. A fallback model that was lost makes a new revision, too. */
export function completeTransition(transition: Transition, by: string): TransitionResult {
  const { committed, policy, rollouts, ended, rolloutState } = transition;
  const { revision: current, matrix, now } = committed;
  const callableModels = callableModelsFor(policy, matrix);
  const lost = matrix === null ? [] : lostModels(current.callableModels, callableModels);
  const isSame = rollouts === current.rollouts && policy === current.policy;
  const before = new Set(current.rollouts);
  const changedRollouts = [...rollouts.filter((rollout) => !before.has(rollout)), ...ended];
  const result = { rolloutState, rollouts: changedRollouts };
  if (isSame && lost.length === 0) {
    return { ...result, revision: null, newEvents: transition.newEvents, revisionNumber: current.number };
  }
  const number = current.number + 1;
  const fallbackEvents: readonly NewEvent[] = lost.length === 0 ? [] : [fallbackLostEvent(lost, number, now)];
  const notes = [...transition.notes, ...lost.map((model) => `${model} is no longer callable`)];
  const revision: Revision = {
    number,
    policy,
    by,
    at: now,
    note: notes.join('; ').slice(0, 500),
    restores: null,
    forced: null,
    approvedBy: null,
    policySince: policy === current.policy ? current.policySince : number,
    rollouts: [...rollouts],
    callableModels,
  };
  return { ...result, revision, newEvents: [...transition.newEvents, ...fallbackEvents], revisionNumber: number };
}

function fallbackLostEvent(models: readonly string[], revision: number, at: string): NewEvent {
  const id = `FallbackLost.policy.${revision}`;
  return { id, kind: 'FallbackLost', subject: 'policy', at, by: 'pinward', data: { models: [...models], revision } };
}

/** Adds or replaces an upgrade, by its id. */
export function withUpgrade(transition: Transition, upgrade: Upgrade): Transition {
  const { upgrades } = transition.rolloutState;
  const at = upgrades.findIndex(({ id }) => id === upgrade.id);
  checkUpgradeTransition(upgrades[at] ?? null, upgrade);
  const next = at === -1 ? [...upgrades, upgrade] : upgrades.with(at, upgrade);
  return { ...transition, rolloutState: { ...transition.rolloutState, upgrades: next } };
}

export function withEvent(transition: Transition, event: NewEvent): Transition {
  return { ...transition, newEvents: [...transition.newEvents, event] };
}

/**
 * Adds or replaces a rollout, with the event of its move. A rollout that has ended moves from `rollouts` to `ended`.
 * `rejects`: whether an abort also rejects the upgrade.
 */
export function withRollout(transition: Transition, rollout: Rollout, move: RolloutMove, rejects = false): Transition {
  const { id, ring, family, from, to, state, by, reason } = rollout;
  checkRolloutMove(transition.rollouts.find((each) => each.id === id) ?? null, rollout, move);
  const others = transition.rollouts.filter((each) => each.id !== id);
  const hasEnded = state === 'aborted' || state === 'completed';
  const percent = state === 'aborted' ? 0 : percentOf(rollout);
  const { now } = transition.committed;
  const event: NewEvent = {
    id: `RolloutMoved.${id}.${nextRevisionNumber(transition)}.${move}.${Date.parse(now)}`,
    kind: 'RolloutMoved',
    subject: `rollout-${id}`,
    at: now,
    by,
    data: {
      rollout: id,
      move,
      percent,
      pinChange: pinChangeOf(transition, ring, family, from, to),
      reason,
      revision: nextRevisionNumber(transition),
      next: nextStageOf(rollout),
      ...(move === 'aborted' ? { rejects } : {}),
    },
  };
  return {
    ...transition,
    rollouts: hasEnded ? others : [...others, rollout].sort((a, b) => a.id - b.id),
    ended: hasEnded ? [...transition.ended, rollout] : transition.ended,
    newEvents: [...transition.newEvents, event],
    notes: [...transition.notes, `rollout ${id} ${move}: ${to.model} at ${percent} % of ring ${ring}`],
  };
}

/** The pin change of an upgrade or a rollout. */
export function pinChangeOf(
  transition: Transition,
  ring: string,
  family: Rollout['family'],
  from: Pin,
  to: Pin,
): PinChange {
  const catalogue = extendCatalogue(transition.committed.catalogue, transition.policy.models);
  const toPinState = (pin: Pin) => {
    const location = placeOf(transition, ring, pin)?.location ?? transition.policy.location;
    return pinStateOf({ model: pin.model, location, context1m: pin.context1m }, catalogue);
  };
  return { ring, family, from: toPinState(from), to: toPinState(to) };
}
