// Observations: what one probe of (project, location, model) saw. The garden adapter makes them of Vertex's answers, by the
// error table in its file; fold adds them up to an availability.

import { z } from 'zod';

/**
 * What an answer says. About the model: `enabled` (it answered), `candidate` (servable, only a confirmation tells more),
 * `no_quota`, `blocked_by_policy`, `needs_data_sharing`, `not_enabled`, `not_served`. About us or the moment, and so nothing
 * about the model: `misconfigured` (token, role, API or address are wrong), `transient` (busy, down, late), `unknown`.
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

/** Why a probe can't see, and what mends it. */
export const BlindCause = z.enum([
  'unauthenticated',
  'permission_denied',
  'api_disabled',
  'billing_disabled',
  'wrong_address',
]);
export type BlindCause = z.infer<typeof BlindCause>;

/** What mends each, for people. */
export const remedies: Record<BlindCause, string> = {
  unauthenticated:
    "Google refused the credentials: check the probe's service account, or run gcloud auth application-default login.",
  permission_denied:
    "Grant the probe's service account roles/aiplatform.user (aiplatform.endpoints.predict) in the project.",
  api_disabled: 'Enable the API: gcloud services enable aiplatform.googleapis.com',
  billing_disabled: 'Link a billing account to the project.',
  wrong_address: 'The address answered is none of Vertex: check the locations in the policy.',
};

export const Observation = z.strictObject({
  verdict: Verdict,
  /** Set with `misconfigured` only. */
  cause: BlindCause.nullable(),
  /** Google's answer for people: the gRPC code's name and the text, cut to 500 characters. */
  evidence: z.string().max(500),
  /** Which call was made: the free `screen` (countTokens) or the `confirm`ation (rawPredict of one token). */
  by: z.enum(['screen', 'confirm']),
  at: z.iso.datetime(),
});
export type Observation = z.infer<typeof Observation>;
