// Failure histories: each step of the rollouts notes what their machines had reported by then, if that has changed.

import { ok, type Result } from '../../shared/domain/fault.ts';
import type { Failures } from '../../shared/domain/rollouts/waits.ts';
import { percentOf } from '../../shared/domain/serving/bucketing.ts';
import { type FailureHistory, withSample } from '../../shared/domain/serving/failure-history.ts';
import type { Rollout } from '../../shared/domain/serving/rollout.ts';
import { expectOf, numberedId, type Store, type Stored, type Write } from '../../shared/ports.ts';

/** By the rollout's id. `damaged`: it can't be read, and is begun again, because no rollout may stand still for it. */
export type FailureHistories = ReadonlyMap<number, Stored<FailureHistory> | 'damaged' | null>;

export async function readFailureHistories(
  store: Store,
  rollouts: readonly Rollout[],
): Promise<Result<FailureHistories>> {
  const histories = new Map<number, Stored<FailureHistory> | 'damaged' | null>();
  for (const { id } of rollouts) {
    const read = await store.read('failureHistory', numberedId(id));
    if (!read.ok && read.fault.code !== 'document_corrupt') return read;
    histories.set(id, read.ok ? read.value : 'damaged');
  }
  return ok(histories);
}

/** `rollouts` are as they were while the machines reported. */
export function failureHistoryWrites(
  histories: FailureHistories,
  rollouts: readonly Rollout[],
  failures: ReadonlyMap<number, Failures>,
  now: string,
): readonly Write[] {
  return rollouts.flatMap((rollout) => {
    const { reports, failed } = failures.get(rollout.id) ?? { reports: 0, failed: 0 };
    const stored = histories.get(rollout.id) ?? null;
    const before = stored === 'damaged' ? null : stored;
    const value = withSample(before?.value ?? null, { at: now, percent: percentOf(rollout), reports, failed });
    const expect = stored === 'damaged' ? ('any' as const) : expectOf(before);
    return value === null ? [] : [{ kind: 'failureHistory', id: numberedId(rollout.id), expect, value }];
  });
}
