// Answers of Vertex as people met them, with what each one means: by the cause, or by the verdict where there is none. What
// each means was decided by people, and not by the table of the code.

import type { GrpcCode } from '../../shared/catalogue/vertex-answers.ts';
import type { BlindCause, Verdict } from '../../shared/domain/availability/observation.ts';

export interface KnownAnswer {
  readonly means: Verdict | BlindCause;
  /** Null for what fails on the machine itself, before anything is sent. */
  readonly code: GrpcCode | null;
  readonly reason: string;
  readonly text: string;
}

const place = 'projects/acme-claude/locations/global/publishers/anthropic/models/claude-opus-5';
const byClaude = (type: string) =>
  `{"type":"error","error":{"type":"${type}","message":"no"},"request_id":"req_vrtx_1"}`;
/** In Anthropic's form, without the id of a request that Vertex passed on. */
const ofGateway = (message: string) =>
  JSON.stringify({ type: 'error', error: { type: 'invalid_request_error', message } });
const quota = (metric: string) =>
  `Quota exceeded for aiplatform.googleapis.com/${metric}_per_base_model with base model: anthropic-claude-opus. Please submit a quota increase request.`;

const aboutModels: readonly KnownAnswer[] = [
  known('enabled', 'OK', '{"id":"msg_vrtx_1","type":"message","role":"assistant","content":[]}'),
  known('not_enabled', 'FAILED_PRECONDITION', `Project \`123\` is not allowed to use Publisher Model \`${place}\``),
  known(
    'not_enabled',
    'NOT_FOUND',
    `Publisher Model \`${place}\` was not found or your project does not have access to it.`,
  ),
  known('not_enabled', 'NOT_FOUND', 'Requested entity was not found.'),
  known('not_served', 'FAILED_PRECONDITION', `Publisher Model \`${place}\` is not servable in region us-central1.`),
  known(
    'blocked_by_policy',
    'FAILED_PRECONDITION',
    'Organization Policy constraint constraints/vertexai.allowedModels violated.',
  ),
  known(
    'blocked_by_policy',
    'FAILED_PRECONDITION',
    'the project failed the check for constraints/gcp.resourceLocations',
  ),
  known(
    'blocked_by_policy',
    'PERMISSION_DENIED',
    "Request is disallowed by organization's constraints/gcp.restrictServiceUsage constraint.",
    'RESOURCE_USAGE_RESTRICTION_VIOLATED',
  ),
  known('blocked_by_policy', 'PERMISSION_DENIED', 'no', 'LOCATION_ORG_POLICY_VIOLATED'),
  known('blocked_by_policy', 'INVALID_ARGUMENT', 'This model is off by an organisation policy of example.com'),
  known(
    'needs_data_sharing',
    'PERMISSION_DENIED',
    "Access to this model requires data sharing to be enabled for publisher 'anthropic'.",
  ),
  known('no_quota', 'RESOURCE_EXHAUSTED', quota('online_prediction_requests')),
  known('no_quota', 'RESOURCE_EXHAUSTED', quota('global_online_prediction_input_tokens_per_minute')),
  known('transient', 'RESOURCE_EXHAUSTED', 'Resource exhausted. Please try again later.'),
  known('transient', 'RESOURCE_EXHAUSTED', 'Exceeded the Provisioned Throughput.'),
  known('candidate', 'INVALID_ARGUMENT', `countTokens is infeasible for ${place}.`),
  known('candidate', 'FAILED_PRECONDITION', `countTokens is infeasible for ${place}.`),
  known('candidate', 'FAILED_PRECONDITION', 'claude-opus-5 is not supported in the generateContent API.'),
  known('candidate', 'FAILED_PRECONDITION', 'claude-opus-5 is not supported in the countTokens API.'),
  known('enabled', 'INVALID_ARGUMENT', byClaude('invalid_request_error')),
  known('enabled', 'FAILED_PRECONDITION', byClaude('invalid_request_error')),
  known('transient', 'INVALID_ARGUMENT', byClaude('overloaded_error')),
  known('transient', 'UNAVAILABLE', byClaude('overloaded_error')),
  known('unknown', 'INVALID_ARGUMENT', byClaude('not_found_error')),
  known('transient', 'INVALID_ARGUMENT', ofGateway('Your credit balance is too low to access the Anthropic API.')),
  known('transient', 'INVALID_ARGUMENT', ofGateway('This organization has been disabled.')),
  known('transient', 'INVALID_ARGUMENT', ofGateway('Invalid model name passed in model=claude-opus-5.')),
  known('not_enabled', 'INVALID_ARGUMENT', `litellm.NotFoundError: Publisher Model \`${place}\` was not found`),
  known('blocked_by_policy', 'PERMISSION_DENIED', 'Denied by constraint vertexai.allowedModels.'),
  known('unknown', 'FAILED_PRECONDITION', `Publisher Model \`${place}\` has been suspended.`),
  known('unknown', 'PERMISSION_DENIED', 'Your project does not have access to model x, or the model does not exist.'),
  known('unknown', 'INVALID_ARGUMENT', 'Invalid request for project acme: model claude-opus-5 was not found.'),
];

const aboutUs: readonly KnownAnswer[] = [
  known(
    'permission_denied',
    'PERMISSION_DENIED',
    `Permission 'aiplatform.endpoints.predict' denied on resource '//aiplatform.googleapis.com/${place}' (or it may not exist).`,
    'IAM_PERMISSION_DENIED',
  ),
  known(
    'permission_denied',
    'PERMISSION_DENIED',
    "Permission 'aiplatform.endpoints.predict' denied on resource 'x' (or it may not exist).",
  ),
  known('permission_denied', 'PERMISSION_DENIED', 'The caller does not have permission'),
  known(
    'quota_project_denied',
    'PERMISSION_DENIED',
    'Caller does not have required permission to use project old. Grant the caller the roles/serviceusage.serviceUsageConsumer role, with serviceusage.services.use.',
    'USER_PROJECT_DENIED',
  ),
  known('quota_project_denied', 'PERMISSION_DENIED', 'Caller does not have required permission to use project old.'),
  known(
    'project_suspended',
    'PERMISSION_DENIED',
    "Permission denied: Consumer 'projects/acme-claude' has been suspended.",
    'CONSUMER_SUSPENDED',
  ),
  known('project_suspended', 'PERMISSION_DENIED', "Consumer 'projects/acme-claude' has been suspended."),
  known(
    'project_suspended',
    'PERMISSION_DENIED',
    "Permission denied: Consumer 'project:acme-claude' has been suspended.",
  ),
  known('project_suspended', 'FAILED_PRECONDITION', 'The project is suspended.'),
  known('project_invalid', 'PERMISSION_DENIED', 'no', 'CONSUMER_INVALID'),
  // A reason says more than the code, and than the text.
  known('pinned_project_invalid', 'NOT_FOUND', 'Requested entity was not found.', 'RESOURCE_PROJECT_INVALID'),
  known('project_suspended', 'NOT_FOUND', 'Requested entity was not found.', 'CONSUMER_SUSPENDED'),
  known('location_denied', 'NOT_FOUND', 'Requested entity was not found.', 'LOCATION_POLICY_VIOLATED'),
  known('perimeter', 'NOT_FOUND', 'Requested entity was not found.', 'SECURITY_POLICY_VIOLATED'),
  known('org_restriction', 'PERMISSION_DENIED', 'no', 'ORG_RESTRICTION_VIOLATION'),
  known('project_invalid', 'FAILED_PRECONDITION', 'Project acme-claude has been deleted.'),
  known('project_invalid', 'INVALID_ARGUMENT', 'Project `acme-claude` does not exist.'),
  known('project_invalid', 'INVALID_ARGUMENT', "Project 'acme-claude' not found or deleted."),
  known(
    'perimeter',
    'PERMISSION_DENIED',
    "Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: q7Rw",
    'SECURITY_POLICY_VIOLATED',
  ),
  known('perimeter', 'PERMISSION_DENIED', 'Request is prohibited by organization’s policy.'),
  known(
    'location_denied',
    'PERMISSION_DENIED',
    "Permission denied on 'locations/mars' (or it may not exist).",
    'LOCATION_POLICY_VIOLATED',
  ),
  known('location_denied', 'PERMISSION_DENIED', 'Permission denied on locations/mars'),
  known(
    'scopes_missing',
    'PERMISSION_DENIED',
    'Request had insufficient authentication scopes.',
    'ACCESS_TOKEN_SCOPE_INSUFFICIENT',
  ),
  known('scopes_missing', 'PERMISSION_DENIED', 'Request had insufficient authentication scopes.'),
  known('scopes_missing', 'UNAUTHENTICATED', 'no', 'ACCESS_TOKEN_SCOPE_INSUFFICIENT'),
  known(
    'quota_project_missing',
    'PERMISSION_DENIED',
    'The aiplatform.googleapis.com API requires a quota project, which is not set by default.',
    'SERVICE_DISABLED',
  ),
  known(
    'quota_project_missing',
    'PERMISSION_DENIED',
    'Your application has authenticated using end user credentials from the Google Cloud SDK or Google Cloud Shell which are not supported by the aiplatform.googleapis.com.',
    'SERVICE_DISABLED',
  ),
  known(
    'quota_project_missing',
    'PERMISSION_DENIED',
    'Vertex AI API has not been used in project 764086051850 before or it is disabled.',
    'SERVICE_DISABLED',
  ),
  known(
    'quota_project_denied',
    'PERMISSION_DENIED',
    "Permission 'serviceusage.services.use' denied on resource 'projects/old' (or it may not exist).",
    'IAM_PERMISSION_DENIED',
  ),
  known(
    'impersonation_denied',
    'PERMISSION_DENIED',
    "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).",
    'IAM_PERMISSION_DENIED',
  ),
  known(
    'impersonation_api_disabled',
    'PERMISSION_DENIED',
    'IAM Service Account Credentials API has not been used in project 1 before or it is disabled.',
    'SERVICE_DISABLED',
  ),
  known(
    'api_disabled',
    'PERMISSION_DENIED',
    'Vertex AI API has not been used in project 1 before or it is disabled.',
    'SERVICE_DISABLED',
  ),
  known('api_disabled', 'PERMISSION_DENIED', 'Vertex AI API has not been used in project 1 before or it is disabled.'),
  known('billing_disabled', 'PERMISSION_DENIED', 'This API method requires billing to be enabled.', 'BILLING_DISABLED'),
  known('billing_disabled', 'PERMISSION_DENIED', 'This API method requires billing to be enabled.'),
  known('unauthenticated', 'UNAUTHENTICATED', 'API keys are not supported by this API.'),
  known('wrong_address', 'UNIMPLEMENTED', '<!DOCTYPE html><title>Error 404 (Not Found)!!1</title>'),
  known('wrong_address', 'NOT_FOUND', '<!DOCTYPE html>\n<html lang=en>\n<title>Error 404 (Not Found)!!1</title>'),
  known('unknown', 'PERMISSION_DENIED', 'The moon is full.', 'MOON_PHASE_VIOLATED'),
  known('unknown', 'PERMISSION_DENIED', ''),
];

const temporary: readonly KnownAnswer[] = [
  known('transient', 'UNAVAILABLE', '<html><title>502 Bad Gateway</title></html>'),
  known('transient', 'INTERNAL', 'Internal error encountered.'),
  known('transient', 'UNAVAILABLE', 'The service is currently unavailable.'),
  known('transient', 'DEADLINE_EXCEEDED', 'Deadline expired before operation could complete.'),
  known('transient', 'CANCELLED', 'The operation was cancelled.'),
  known('unknown', 'INVALID_ARGUMENT', 'Thinking budget is out of phase; with the moon.'),
];

/** As the library of Node and gcloud tell them. */
const local: readonly KnownAnswer[] = [
  known('unauthenticated', null, 'Could not load the default credentials. Browse to https://cloud.google.com/docs'),
  known('unauthenticated', null, 'Your default credentials were not found.'),
  known(
    'unauthenticated',
    null,
    "('invalid_grant: Bad Request', {'error': 'invalid_grant', 'error_subtype': 'invalid_rapt'})",
  ),
  known(
    'unauthenticated',
    null,
    "('Error code invalid_target: The target service indicated by the audience is invalid')",
  ),
  known('unauthenticated', null, 'Unable to retrieve Identity Pool subject token'),
  known('unauthenticated', null, 'Reauthentication failed. cannot prompt during non-interactive execution.'),
  known(
    'unauthenticated',
    null,
    "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).",
  ),
  known('transient', 'UNKNOWN', 'Getting metadata from plugin failed with error: no'),
  known('unauthenticated', 'UNKNOWN', 'Getting metadata from plugin failed with error: invalid_client'),
  known('transient', 'UNKNOWN', 'Getting metadata from plugin failed with error: Premature close'),
  known('transient', 'UNKNOWN', 'Getting metadata from plugin failed with error: Request failed with status code 503'),
  known(
    'transient',
    'UNKNOWN',
    'Getting metadata from plugin failed with error: unable to get local issuer certificate',
  ),
  known('transient', null, "('Connection aborted.', ConnectionResetError(104, 'Connection reset by peer'))"),
  known('transient', null, "HTTPSConnectionPool(host='oauth2.googleapis.com', port=443): Read timed out."),
  known('transient', null, "('server_error: The service is unavailable.', {'error': 'server_error'})"),
  known('unknown', null, 'gcloud crashed (AttributeError): no attribute'),
  known('unknown', null, 'Unable to write file [/root/.config/gcloud]: [Errno 13] Permission denied'),
  known('transient', 'UNKNOWN', 'Getting metadata from plugin failed with error: socket hang up'),
  known('transient', null, 'getaddrinfo EAI_AGAIN oauth2.googleapis.com'),
  known('transient', null, "Max retries exceeded (Failed to resolve 'oauth2.googleapis.com')"),
  known('unknown', null, 'x is not a function'),
  known('not_enabled', 'NOT_FOUND', 'Failed to resolve the publisher model.'),
];

export const knownAnswers: readonly KnownAnswer[] = [...aboutModels, ...aboutUs, ...temporary, ...local];

function known(means: KnownAnswer['means'], code: GrpcCode | null, text: string, reason = ''): KnownAnswer {
  return { means, code, reason, text };
}
