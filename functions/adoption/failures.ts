// Failure rates of rollouts: what the machines of its ring reported since each rollout started.

import { ok, type Result } from '../../shared/domain/fault.ts';
import type { Failures } from '../../shared/domain/rollouts/waits.ts';
import { failureRate } from '../../shared/domain/serving/adoption.ts';
import type { Rollout } from '../../shared/domain/serving/rollout.ts';
import type { Store } from '../../shared/ports.ts';
import { readAdoption } from './adoption.ts';

/** By the rollout's id. */
export async function failuresOf(
  store: Store,
  rollouts: readonly Rollout[],
): Promise<Result<ReadonlyMap<number, Failures>>> {
  if (rollouts.length === 0) return ok(new Map());
  const counts = await readAdoption(store);
  if (!counts.ok) return counts;
  return ok(
    new Map(rollouts.map(({ id, ring, firstRevision }) => [id, failureRate(counts.value, firstRevision, ring)])),
  );
}
