// Observations and looks for tests of what a probe makes of them: short to write, minutes counted from noon.

import { emptyMatrix, type Matrix } from '../../shared/domain/availability/availability.ts';
import type { Observation, Verdict } from '../../shared/domain/availability/observation.ts';
import type { NewEvent } from '../../shared/domain/events/event.ts';
import type { ModelEndpoint } from '../../shared/domain/models/model-endpoint.ts';
import { type ProbePlan, planProbe } from '../../shared/domain/probe/plan-probe.ts';
import type { ProbeInput, ProbeResult } from '../../shared/domain/probe/probe-input.ts';
import { catalogue, now } from './world.ts';

export const minute = 60_000;
/** What says something about the model without being callable. */
export const refusals = ['no_quota', 'blocked_by_policy', 'needs_data_sharing', 'not_enabled', 'not_served'] as const;
export const silences = ['candidate', 'misconfigured', 'transient', 'unknown'] as const;

export function instant(minutes: number): string {
  return new Date(now + minutes * minute).toISOString();
}

export function endpoint(model = 'claude-opus-5', location = 'global', project = 'acme-claude'): ModelEndpoint {
  return { project, location, model };
}

export function observed(verdict: Verdict, minutes = 0, over: Partial<Observation> = {}): Observation {
  const cause = verdict === 'misconfigured' ? 'permission_denied' : null;
  return { verdict, cause, evidence: `it was ${verdict}`, by: 'screen', at: instant(minutes), ...over };
}

export function observe(where: ModelEndpoint, verdict: Verdict, minutes = 0): ProbeResult {
  return { endpoint: where, observation: observed(verdict, minutes) };
}

/** Plans runs one after the other, each from what the one before it left; the models of the world are the first listing. */
export class Runs {
  matrix: Matrix = { ...emptyMatrix, at: instant(0) };
  readonly newEvents: NewEvent[] = [];
  readonly #over: Partial<ProbeInput>;

  constructor(over: Partial<ProbeInput> = {}) {
    this.#over = over;
  }

  /** The news of one run of this minute. */
  run(
    minutes: number,
    results: readonly (readonly [ModelEndpoint, Verdict])[],
    over: Partial<ProbeInput> = {},
  ): ProbePlan['newEvents'] {
    const made = results.map(([where, verdict]) => observe(where, verdict, minutes));
    const endpoints = made.map(({ endpoint }) => endpoint);
    const base = {
      before: this.matrix,
      endpoints,
      results: made,
      listed: null,
      policy: null,
      catalogue,
      now: instant(minutes),
    };
    const plan = planProbe({ ...base, ...this.#over, ...over });
    this.matrix = plan.matrix;
    this.newEvents.push(...plan.newEvents);
    return plan.newEvents;
  }
}

export function idsOf(newEvents: readonly NewEvent[]): readonly string[] {
  return newEvents.map(({ id }) => id);
}
