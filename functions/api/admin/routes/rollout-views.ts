// Views of upgrades and rollouts for replies: the stored documents with fields that are derived from them.

import { ok } from '../../../../shared/domain/fault.ts';
import { isNewer } from '../../../../shared/domain/models/model.ts';
import { ruleOf } from '../../../../shared/domain/policy/policy.ts';
import { endpointOf } from '../../../../shared/domain/rollouts/callability.ts';
import { pinOf } from '../../../../shared/domain/rollouts/rollout-actions.ts';
import { callableSince } from '../../../../shared/domain/rollouts/soak.ts';
import { nextStageOf } from '../../../../shared/domain/rollouts/stage-times.ts';
import { pinChangeOf, type Transition } from '../../../../shared/domain/rollouts/transition.ts';
import type { Upgrade } from '../../../../shared/domain/rollouts/upgrade.ts';
import { type Failures, rolloutWaits, upgradeWaits } from '../../../../shared/domain/rollouts/waits.ts';
import { failureRate } from '../../../../shared/domain/serving/adoption.ts';
import { percentOf } from '../../../../shared/domain/serving/bucketing.ts';
import type { Rollout } from '../../../../shared/domain/serving/rollout.ts';
import { numberedId, type Store } from '../../../../shared/ports.ts';
import { readAdoption } from '../../../adoption/adoption.ts';
import type { ApiResult } from '../../problems/http-fault.ts';

/** An upgrade as replies show it. */
export type UpgradeView = ReturnType<ReturnType<typeof upgradeView>>;

export function upgradeView(transition: Transition) {
  return (upgrade: Upgrade) => {
    const { ring, family, model, state } = upgrade;
    const [pin, endpoint] = [pinOf(transition, ring, family), endpointOf(transition, ring, family)];
    const isMove = pin !== null && isNewer(model, pin.model);
    const pinChange = isMove ? pinChangeOf(transition, ring, family, pin, { ...pin, model }) : null;
    const isSoaking = state === 'soaking' && endpoint !== null;
    const since = isSoaking ? callableSince(transition.committed.matrix, { ...endpoint, model }) : null;
    const soakMs = ruleOf(transition.policy, ring, family).soakHours * 3_600_000;
    const readyAt = since === null ? null : new Date(since + soakMs).toISOString();
    return { ...upgrade, pinChange, readyAt, waits: upgradeWaits(transition, upgrade) };
  };
}

export function rolloutView(transition: Transition, failures: ReadonlyMap<number, Failures>) {
  return (rollout: Rollout) => {
    const next = nextStageOf(rollout);
    const waits = rolloutWaits(transition, rollout, failures.get(rollout.id) ?? null);
    const percent = rollout.state === 'aborted' ? 0 : percentOf(rollout);
    return { ...rollout, percent, next: next === null ? null : { ...next, waits } };
  };
}

/** The view of a rollout with the counts of the machines of its ring. Faults: those of the store. */
export async function rolloutWithCounts(
  store: Store,
  transition: Transition,
  rollout: Rollout,
): Promise<ApiResult<object>> {
  const counts = await readAdoption(store);
  if (!counts.ok) return counts;
  const history = await store.read('failureHistory', numberedId(rollout.id));
  if (!history.ok && history.fault.code !== 'document_corrupt') return history;
  const { revisions, heldBack, standardError } = counts.value;
  const { id, ring, family, firstRevision, minReports } = rollout;
  const { reports, failed } = failureRate(counts.value, firstRevision, ring);
  const machines = revisions.flatMap(({ revision, rings }) =>
    rings.filter((each) => each.ring === ring).map(({ served }) => ({ revision, served })),
  );
  return ok({
    ...rolloutView(transition, new Map([[id, { reports, failed }]]))(rollout),
    reports,
    failed,
    enoughReports: reports >= minReports,
    machines,
    reached: counts.value.reached.find((each) => each.rollout === id)?.machines ?? 0,
    heldBack: heldBack
      .filter((each) => each.ring === ring && each.family === family)
      .map((each) => ({ family, machines: each.machines })),
    // A damaged history must not hide a rollout that somebody wants to abort.
    history: history.ok ? (history.value?.value.samples ?? []) : [],
    standardError,
  });
}
