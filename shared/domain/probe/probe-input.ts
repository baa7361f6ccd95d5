// The probe input: the matrix before a run of the probe, and the results of the run.

import type { Matrix } from '../availability/availability.ts';
import type { Observation } from '../availability/observation.ts';
import type { Catalogue } from '../models/catalogue.ts';
import type { ModelEndpoint } from '../models/model-endpoint.ts';
import type { Policy } from '../policy/policy.ts';

/** One observation with its endpoint. */
export interface ProbeResult {
  readonly endpoint: ModelEndpoint;
  readonly observation: Observation;
}

/** Everything that a plan depends on. */
export interface ProbeInput {
  readonly before: Matrix;
  /** Everything that the run was to ask. */
  readonly endpoints: readonly ModelEndpoint[];
  /** Without those endpoints that there was no time for. */
  readonly results: readonly ProbeResult[];
  /** Model ids that Anthropic lists; null when the request failed. */
  readonly listed: readonly string[] | null;
  readonly policy: Policy | null;
  /** With the policy's own models. */
  readonly catalogue: Catalogue;
  /** The end of the run (ISO 8601, UTC). */
  readonly now: string;
}

/** The author of the probe's events in the history. */
export const probeActor = 'probe';
