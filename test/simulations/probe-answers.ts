// What the simulated Vertex can answer: the rows of the error table (vertex-probing facts, A2), as the garden adapter reads
// them. Those about the model are the truth or a single wrong answer; the others are noise and say nothing about it.

import type { BlindCause, Observation, Verdict } from '../../shared/domain/availability/observation.ts';

/** What may be true of a place. `no_quota`: the terms are accepted, and the quota is 0 or used up. */
export const kinds = [
  'enabled',
  'no_quota',
  'blocked_by_policy',
  'needs_data_sharing',
  'not_enabled',
  'not_served',
] as const;
export type Kind = (typeof kinds)[number];

export const downKinds = ['not_enabled', 'not_served', 'blocked_by_policy', 'needs_data_sharing', 'no_quota'] as const;

export type Row = Pick<Observation, 'verdict' | 'cause' | 'evidence'>;

const texts: Record<Kind | 'candidate', string> = {
  enabled: 'OK',
  candidate: 'INVALID_ARGUMENT: countTokens is infeasible for projects/...',
  no_quota: 'RESOURCE_EXHAUSTED: Quota exceeded for online_prediction_requests_per_base_model',
  blocked_by_policy: 'FAILED_PRECONDITION: Organization Policy constraint constraints/vertexai.allowedModels violated',
  needs_data_sharing: 'PERMISSION_DENIED: Access to this model requires data sharing to be enabled',
  not_enabled: 'NOT_FOUND: Publisher Model was not found or your project does not have access to it',
  not_served: 'FAILED_PRECONDITION: Publisher Model is not servable in region us-east5',
};

export function rowOf(verdict: Kind | 'candidate'): Row {
  return { verdict, cause: null, evidence: texts[verdict] };
}

export const blindRows: readonly [Row, ...Row[]] = [
  blindRow('unauthenticated', 'UNAUTHENTICATED: Request had invalid authentication credentials'),
  blindRow('permission_denied', "PERMISSION_DENIED: Permission 'aiplatform.endpoints.predict' denied on resource"),
  blindRow('api_disabled', 'PERMISSION_DENIED: Vertex AI API has not been used in project 1 before or it is disabled'),
  blindRow('billing_disabled', 'PERMISSION_DENIED: This API method requires billing to be enabled'),
  blindRow('quota_project_denied', 'PERMISSION_DENIED: Caller does not have required permission to use project x'),
  blindRow('perimeter', "PERMISSION_DENIED: Request is prohibited by organization's policy."),
  blindRow('wrong_address', '<!DOCTYPE html><title>Error 404 (Not Found)!!1</title>'),
];

export const lateRow: Row = { verdict: 'transient', cause: null, evidence: 'DEADLINE_EXCEEDED: no answer in 10 s' };

/** Every row that says nothing about the model. */
export const noiseRows: readonly [Row, ...Row[]] = [
  noise('transient', 'RESOURCE_EXHAUSTED: Resource exhausted. Please try again later.'),
  noise('transient', 'CANCELLED'),
  noise('transient', 'INTERNAL: Internal error encountered.'),
  noise('transient', 'UNAVAILABLE: connection refused'),
  noise('transient', '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'),
  noise('unknown', 'NOT_FOUND: Requested entity was never heard of'),
  noise('unknown', ''),
  lateRow,
  ...blindRows,
];

/** What a whole location, a project or everything is answered with for a while. */
export const stormRows: readonly [Row, ...Row[]] = [
  ...blindRows,
  noise('transient', 'UNAVAILABLE: 503 Service Unavailable'),
  noise('unknown', 'PERMISSION_DENIED: The moon is full.'),
  lateRow,
];

function blindRow(cause: BlindCause, evidence: string): Row {
  return { verdict: 'misconfigured', cause, evidence };
}

function noise(verdict: Verdict, evidence: string): Row {
  return { verdict, cause: null, evidence };
}
