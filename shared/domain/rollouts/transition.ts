// A course: what stands of policy, rollouts and upgrades, and what has been decided to change in it so far. Every act that
// steers (an approval, a pause, a minute's automatic advance) is a chain of small steps on a course; finishing it gives the
// documents to write and the news, or nothing when nothing came of it. Pure.

import type { Matrix } from '../availability/availability.ts';
import { isCallable, isSurelyNotCallable } from '../availability/availability.ts';
import { callableModelsFor, lostModels } from '../availability/find-callable.ts';
import { type PinChange, pinStateOf } from '../changes/pin-change.ts';
import type { NewEvent } from '../events/event.ts';
import { type Catalogue, extendCatalogue } from '../models/catalogue.ts';
import { endpointKey } from '../models/model-endpoint.ts';
import type { Pin } from '../policy/pin.ts';
import { pinnedEndpoints } from '../policy/pinned-endpoints.ts';
import type { Policy } from '../policy/policy.ts';
import { percentOf } from '../serving/bucketing.ts';
import type { Revision } from '../serving/revision.ts';
import type { Rollout } from '../serving/rollout.ts';
import { checkRolloutMove, checkUpgradeTransition, type RolloutMove } from './legal-transitions.ts';
import type { RolloutState } from './rollout-state.ts';
import type { Upgrade } from './upgrade.ts';

export interface CommittedState {
  readonly revision: Revision;
  readonly rolloutState: RolloutState;
  readonly matrix: Matrix | null;
  readonly catalogue: Catalogue;
  /** ISO 8601, UTC. */
  readonly now: string;
}

export interface Transition {
  readonly committed: CommittedState;
  readonly policy: Policy;
  /** Those under way. */
  readonly rollouts: readonly Rollout[];
  readonly ended: readonly Rollout[];
  readonly rolloutState: RolloutState;
  readonly newEvents: readonly NewEvent[];
  /** What happened to rollouts and pins, for the note of the revision. */
  readonly notes: readonly string[];
}

export interface TransitionResult {
  /** The next revision; null when machines are served the same as before. */
  readonly revision: Revision | null;
  readonly rolloutState: RolloutState;
  /** Rollouts that are not as they were. */
  readonly rollouts: readonly Rollout[];
  readonly newEvents: readonly NewEvent[];
  /** The number of the revision that stands now. */
  readonly revisionNumber: number;
}

export function startTransition(committed: CommittedState): Transition {
  const { revision, rolloutState } = committed;
  const { policy, rollouts } = revision;
  return { committed, policy, rollouts, ended: [], rolloutState, newEvents: [], notes: [] };
}

/** The number of the revision that this course will make if it changes what machines are served. */
export function nextRevisionNumber({ committed }: Transition): number {
  return committed.revision.number + 1;
}

export function completeTransition(transition: Transition, by: string): TransitionResult {
  const { committed, policy, rollouts, ended, rolloutState } = transition;
  const { revision: current, matrix, now } = committed;
  const callableModels = callableModelsFor(policy, matrix);
  const lost = matrix === null ? [] : lostModels(current.callableModels, callableModels);
  const isSame = rollouts === current.rollouts && policy === current.policy;
  const before = new Set(current.rollouts);
  const touched = [...rollouts.filter((rollout) => !before.has(rollout)), ...ended];
  if (isSame && lost.length === 0) {
    return {
      revision: null,
      rolloutState,
      rollouts: touched,
      newEvents: transition.newEvents,
      revisionNumber: current.number,
    };
  }
  const number = current.number + 1;
  const fallback: readonly NewEvent[] = lost.length === 0 ? [] : [fallbackLost(lost, number, now)];
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
  return {
    revision,
    rolloutState,
    rollouts: touched,
    newEvents: [...transition.newEvents, ...fallback],
    revisionNumber: number,
  };
}

function fallbackLost(models: readonly string[], revision: number, at: string): NewEvent {
  const id = `FallbackLost.policy.${revision}`;
  return { id, kind: 'FallbackLost', subject: 'policy', at, by: 'pinward', data: { models: [...models], revision } };
}

/** Stops automatic change, or lets it go on; nothing where it is so already. */
export function setFrozen(transition: Transition, frozen: boolean, by: string, reason: string): Transition {
  const { rolloutState, committed } = transition;
  if ((rolloutState.frozen !== null) === frozen) return transition;
  const at = committed.now;
  const id = `FreezeChanged.${frozen ? 'freeze' : 'thaw'}.${Date.parse(at)}`;
  const event: NewEvent = { id, kind: 'FreezeChanged', subject: 'freeze', at, by, data: { frozen, reason } };
  return withEvent(
    { ...transition, rolloutState: { ...rolloutState, frozen: frozen ? { by, at, reason } : null } },
    event,
  );
}

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

/** Puts a rollout in place of what it was, with the news of its move; one that has ended leaves those under way. */
export function withRollout(transition: Transition, rollout: Rollout, move: RolloutMove): Transition {
  const { id, ring, family, from, to, state, by, reason } = rollout;
  checkRolloutMove(transition.rollouts.find((each) => each.id === id) ?? null, rollout, move);
  const others = transition.rollouts.filter((each) => each.id !== id);
  const isOver = state === 'aborted' || state === 'completed';
  const percent = state === 'aborted' ? 0 : percentOf(rollout);
  const { now } = transition.committed;
  const event: NewEvent = {
    id: `RolloutMoved.${id}.${nextRevisionNumber(transition)}.${move}`,
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
    },
  };
  return {
    ...transition,
    rollouts: isOver ? others : [...others, rollout].sort((a, b) => a.id - b.id),
    ended: isOver ? [...transition.ended, rollout] : transition.ended,
    newEvents: [...transition.newEvents, event],
    notes: [...transition.notes, `rollout ${id} ${move}: ${to.model} at ${percent} % of ring ${ring}`],
  };
}

/** Where a ring calls a family now; null when it has no such pin. */
export function endpointOf({ policy }: Transition, ring: string, family: string) {
  return pinnedEndpoints(policy).find((pinned) => pinned.ring === ring && pinned.family === family)?.endpoint ?? null;
}

type Callability = 'callable' | 'doubtful' | 'lost';

/** Whether a model answers where a ring calls the family; only two agreeing answers make it `lost`. */
export function callabilityOf(transition: Transition, ring: string, family: string, model: string): Callability {
  const endpoint = endpointOf(transition, ring, family);
  const name = endpoint === null ? null : endpointKey({ ...endpoint, model });
  const cell = transition.committed.matrix?.cells.find((each) => endpointKey(each) === name);
  if (cell === undefined) return 'doubtful';
  if (isCallable(cell.state)) return cell.suspectedAt === null ? 'callable' : 'doubtful';
  return isSurelyNotCallable(cell) ? 'lost' : 'doubtful';
}

export function pinChangeOf(
  transition: Transition,
  ring: string,
  family: Rollout['family'],
  from: Pin,
  to: Pin,
): PinChange {
  const location = endpointOf(transition, ring, family)?.location ?? transition.policy.location;
  const catalogue = extendCatalogue(transition.committed.catalogue, transition.policy.models);
  const stateOf = (pin: Pin) => pinStateOf({ model: pin.model, location, context1m: pin.context1m }, catalogue);
  return { ring, family, from: stateOf(from), to: stateOf(to) };
}
