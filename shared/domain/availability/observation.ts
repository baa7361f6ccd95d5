// Observations: the result of one request about a model endpoint. The adapter of Vertex makes them from Vertex's
// answers. `applyObservation` adds them to an availability.

import { z } from 'zod';

/**
 * The meaning of an answer. About the model: `enabled` (it answered), `candidate` (servable, but only a confirmation
 * shows whether it answers), `no_quota`, `blocked_by_policy`, `needs_data_sharing`, `not_enabled`, `not_served`. Not
 * about the model: `misconfigured` (our token, role, API or address is wrong), `transient` (busy, down, time-out),
 * `unknown`.
 */
export const Verdict = z.enum([
  'enabled',
  'candidate',
  'no_quota',
  'blocked_by_policy',
  'needs_data_sharing',
  'not_enabled',
  'not_served',
  'misconfigured',
  'transient',
  'unknown',
]);
export type Verdict = z.infer<typeof Verdict>;

/** Why a probe is blind: the part of our configuration that is wrong. */
export const BlindCause = z.enum([
  'unauthenticated',
  'scopes_missing',
  'permission_denied',
  'impersonation_denied',
  'quota_project_missing',
  'quota_project_denied',
  'project_suspended',
  'project_invalid',
  'pinned_project_invalid',
  'perimeter',
  'org_restriction',
  'location_denied',
  'api_disabled',
  'impersonation_api_disabled',
  'billing_disabled',
  'wrong_address',
]);
export type BlindCause = z.infer<typeof BlindCause>;

/** The verdict of one request, with its evidence. */
export const Observation = z.strictObject({
  verdict: Verdict,
  /** Null unless the verdict is `misconfigured`. */
  cause: BlindCause.nullable(),
  /** Google's answer: the name of the gRPC code and the text, cut to 500 characters. */
  evidence: z.string().max(500),
  /** The request: `screen` is free (countTokens), `confirm` costs one token (rawPredict). */
  by: z.enum(['screen', 'confirm']),
  at: z.iso.datetime(),
});
export type Observation = z.infer<typeof Observation>;
