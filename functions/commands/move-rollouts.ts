// Steering: carries out an act on what stands (an approval, a pause, a minute's advance): reads it, lets the domain decide,
// commits state and news in one go, and tries again when somebody else got in between.

import { fail, ok, type Result } from '../../shared/domain/fault.ts';
import type { Catalogue } from '../../shared/domain/models/catalogue.ts';
import type { Failures } from '../../shared/domain/rollouts/advance.ts';
import {
  completeTransition,
  startTransition,
  type Transition,
  type TransitionResult,
} from '../../shared/domain/rollouts/transition.ts';
import { emptyRolloutState } from '../../shared/domain/rollouts/upgrade.ts';
import { type Clock, expectOf, numberedId, type Store, type Write } from '../../shared/ports.ts';
import { failuresOf } from '../adoption/failures.ts';
import { eventWrites } from './event-writes.ts';

export interface MoveRolloutsPorts {
  readonly store: Store;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
}

export type RolloutAction = (transition: Transition, failures: ReadonlyMap<number, Failures>) => Result<Transition>;

/** How often an act is tried again when another instance got in between. */
const maxAttempts = 8;

/** Faults: those of the act, `no_policy`, and the store's. */
export function moveRollouts(
  ports: MoveRolloutsPorts,
  by: string,
  action: RolloutAction,
): Promise<Result<TransitionResult>> {
  return tryMove(ports, by, action, 1);
}

async function tryMove(
  ports: MoveRolloutsPorts,
  by: string,
  action: RolloutAction,
  attempt: number,
): Promise<Result<TransitionResult>> {
  const { store, catalogue, clock } = ports;
  const published = await store.read('published', 'current');
  if (!published.ok) return published;
  if (published.value === null) return fail({ code: 'no_policy' });
  const { revision } = published.value.value;
  const rolloutState = await store.read('rolloutState', 'current');
  if (!rolloutState.ok) return rolloutState;
  const matrix = await store.read('matrix', 'current');
  if (!matrix.ok) return matrix;
  const failures = await failuresOf(store, revision.rollouts);
  if (!failures.ok) return failures;
  const before = rolloutState.value?.value ?? emptyRolloutState;
  const now = new Date(clock()).toISOString();
  const state = { revision, rolloutState: before, matrix: matrix.value?.value ?? null, catalogue, now };
  const acted = action(startTransition(state), failures.value);
  if (!acted.ok) return acted;
  const finished = completeTransition(acted.value, by);
  if (finished.revision === null && finished.rolloutState === before && finished.newEvents.length === 0)
    return ok(finished);

  const newEvents = await eventWrites(store, finished.newEvents);
  if (!newEvents.ok) return newEvents;
  const committed = await store.commit([
    // Written also when it stays as it is: what was decided holds only for what stood.
    {
      kind: 'published',
      id: 'current',
      expect: expectOf(published.value),
      value: { revision: finished.revision ?? revision },
    },
    { kind: 'rolloutState', id: 'current', expect: expectOf(rolloutState.value), value: finished.rolloutState },
    ...revisionWrites(finished),
    ...newEvents.value,
  ]);
  if (committed.ok) return ok(finished);
  const isContended = committed.fault.code === 'write_conflict' && attempt < maxAttempts;
  return isContended ? tryMove(ports, by, action, attempt + 1) : committed;
}

/** The revision and the rollouts that a course made or moved. */
export function revisionWrites({
  revision,
  rollouts,
}: Pick<TransitionResult, 'revision' | 'rollouts'>): readonly Write[] {
  const made: Write[] =
    revision === null ? [] : [{ kind: 'revision', id: numberedId(revision.number), expect: 'absent', value: revision }];
  const moved = rollouts.map((rollout): Write => {
    return { kind: 'rollout', id: numberedId(rollout.id), expect: 'any', value: rollout };
  });
  return [...made, ...moved];
}
