// Stage times: when the stages of a rollout end, if nothing holds it.

import type { Rollout } from '../serving/rollout.ts';

/** What follows the current stage, and when at the earliest. */
export interface NextStage {
  /** Percent of the ring that the next stage serves; null when the ring's pin itself is moved next. */
  readonly percent: number | null;
  /** When the current stage will have baked (ISO 8601, UTC); null while the rollout does not run. */
  readonly at: string | null;
}

/** Null when the rollout is over. */
export function nextStageOf(rollout: Rollout): NextStage | null {
  if (rollout.endedAt !== null) return null;
  return { percent: rollout.stages[rollout.stage + 1] ?? null, at: bakedAfter(rollout, 1) };
}

/** The earliest time at which the rollout completes (ISO 8601, UTC); null while it does not run. */
export function earliestEndOf(rollout: Rollout): string | null {
  return bakedAfter(rollout, rollout.stages.length - rollout.stage);
}

function bakedAfter({ state, stageSince, bakeMinutes }: Rollout, stages: number): string | null {
  return state === 'running' ? new Date(Date.parse(stageSince) + stages * bakeMinutes * 60_000).toISOString() : null;
}
