// Answers of Vertex as people met them, with what each one means: by the cause, or by the verdict where there is none. What
// each means was decided by people, and not by the table of the code.

import { type KnownAnswer, known } from './known-answer.ts';
import { aboutUs } from './vertex-answers-about-us.ts';

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
