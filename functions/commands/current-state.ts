// The current state: the stored documents that a change of the policy or of a rollout is decided on.

import type { Matrix } from '../../shared/domain/availability/availability.ts';
import type { Published } from '../../shared/domain/documents.ts';
import { ok, type Result } from '../../shared/domain/fault.ts';
import { emptyRolloutState, type RolloutState } from '../../shared/domain/rollouts/rollout-state.ts';
import type { Revision } from '../../shared/domain/serving/revision.ts';
import type { Rollout } from '../../shared/domain/serving/rollout.ts';
import { type Clock, expectOf, numberedId, type Store, type Stored, type Write } from '../../shared/ports.ts';

export interface CurrentState {
  /** Null before the first policy. */
  readonly published: Stored<Published> | null;
  readonly storedRolloutState: Stored<RolloutState> | null;
  readonly rolloutState: RolloutState;
  readonly matrix: Matrix | null;
  /** ISO 8601, UTC. */
  readonly now: string;
}

export async function readCurrentState(store: Store, clock: Clock): Promise<Result<CurrentState>> {
  const published = await store.read('published', 'current');
  if (!published.ok) return published;
  const stored = await store.read('rolloutState', 'current');
  if (!stored.ok) return stored;
  const matrix = await store.read('matrix', 'current');
  if (!matrix.ok) return matrix;
  return ok({
    published: published.value,
    storedRolloutState: stored.value,
    rolloutState: stored.value?.value ?? emptyRolloutState,
    matrix: matrix.value?.value ?? null,
    now: new Date(clock()).toISOString(),
  });
}

/** Publishes a revision. The commit fails if another one was published since the state was read. */
export function publishedWrite({ published }: CurrentState, revision: Revision): Write {
  return { kind: 'published', id: 'current', expect: expectOf(published), value: { revision } };
}

export function rolloutStateWrite({ storedRolloutState }: CurrentState, value: RolloutState): Write {
  return { kind: 'rolloutState', id: 'current', expect: expectOf(storedRolloutState), value };
}

/** Adds a revision to the history. */
export function revisionWrite(revision: Revision): Write {
  return { kind: 'revision', id: numberedId(revision.number), expect: 'absent', value: revision };
}

/** Writes the changed rollouts, each as its own document. */
export function rolloutWrites(rollouts: readonly Rollout[]): readonly Write[] {
  return rollouts.map((rollout) => ({ kind: 'rollout', id: numberedId(rollout.id), expect: 'any', value: rollout }));
}
