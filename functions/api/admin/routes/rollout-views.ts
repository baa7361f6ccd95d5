// Views of upgrades and rollouts for replies: the stored documents with fields that are derived from them.

import type { Matrix } from '../../../../shared/domain/availability/availability.ts';
import { type PinChange, pinStateOf } from '../../../../shared/domain/changes/pin-change.ts';
import { ok } from '../../../../shared/domain/fault.ts';
import { type Catalogue, extendCatalogue } from '../../../../shared/domain/models/catalogue.ts';
import { pinnedEndpoints } from '../../../../shared/domain/policy/pinned-endpoints.ts';
import type { Policy } from '../../../../shared/domain/policy/policy.ts';
import { ruleOf } from '../../../../shared/domain/policy/policy.ts';
import { callableSince } from '../../../../shared/domain/rollouts/soak.ts';
import type { Upgrade } from '../../../../shared/domain/rollouts/upgrade.ts';
import { failureRate } from '../../../../shared/domain/serving/adoption.ts';
import { percentOf } from '../../../../shared/domain/serving/bucketing.ts';
import type { Rollout } from '../../../../shared/domain/serving/rollout.ts';
import type { Store } from '../../../../shared/ports.ts';
import { readAdoption } from '../../../adoption/adoption.ts';
import type { ApiResult } from '../../problems/http-fault.ts';

export function upgradeView(policy: Policy | null, matrix: Matrix | null, shipped: Catalogue) {
  const pinned = policy === null ? [] : pinnedEndpoints(policy);
  const catalogue = extendCatalogue(shipped, policy?.models ?? []);
  return (upgrade: Upgrade) => {
    const { ring, family, model, state } = upgrade;
    const endpoint = pinned.find((each) => each.ring === ring && each.family === family)?.endpoint;
    if (endpoint === undefined || policy === null) return { ...upgrade, pinChange: null, readyAt: null };
    const pinSettings = {
      location: endpoint.location,
      context1m: policy.rings.find(({ name }) => name === ring)?.pins[family]?.context1m ?? false,
    };
    const pinChange: PinChange = {
      ring,
      family,
      from: pinStateOf({ ...pinSettings, model: endpoint.model }, catalogue),
      to: pinStateOf({ ...pinSettings, model }, catalogue),
    };
    const since = state === 'soaking' ? callableSince(matrix, { ...endpoint, model }) : null;
    const soakMs = ruleOf(policy, ring, family).soakHours * 3_600_000;
    return { ...upgrade, pinChange, readyAt: since === null ? null : new Date(since + soakMs).toISOString() };
  };
}

export function rolloutView(rollout: Rollout) {
  return { ...rollout, percent: rollout.state === 'aborted' ? 0 : percentOf(rollout) };
}

/** The view of a rollout with its counts of machines. Faults: those of the store. */
export async function rolloutWithCounts(
  { store }: { readonly store: Store },
  rollout: Rollout,
): Promise<ApiResult<object>> {
  const counts = await readAdoption(store);
  if (!counts.ok) return counts;
  const { revisions, heldBack, standardError } = counts.value;
  const reached = counts.value.reached.find(({ rollout: id }) => id === rollout.id)?.machines ?? 0;
  const { reports, failed } = failureRate(counts.value, rollout.firstRevision);
  const machines = revisions.map(({ revision, served }) => ({ revision, served }));
  return ok({ ...rolloutView(rollout), reports, failed, machines, reached, heldBack, standardError });
}
