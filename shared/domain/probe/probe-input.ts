// What planning a probe's outcome works on: what was known, and what one run saw.

import type { Matrix } from '../availability/availability.ts';
import type { Observation } from '../availability/observation.ts';
import type { Catalogue } from '../models/catalogue.ts';
import type { ModelEndpoint } from '../models/model-endpoint.ts';
import type { Policy } from '../policy/policy.ts';

export interface ProbeResult {
  readonly endpoint: ModelEndpoint;
  readonly observation: Observation;
}

export interface ProbeInput {
  readonly before: Matrix;
  readonly results: readonly ProbeResult[];
  /** What the publisher listed; null when the list could not be had. */
  readonly listed: readonly string[] | null;
  readonly policy: Policy | null;
  readonly catalogue: Catalogue;
  /** ISO 8601, UTC: when the run ended. */
  readonly now: string;
}

/** Who is named in the history as the author of a probe's news. */
export const by = 'probe';
