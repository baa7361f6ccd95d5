// What Vertex AI answers in each state of a model and each failure of ours: real texts, from the error table in
// vertex-probing.md. The fake garden speaks them, tests and simulations name them.

import type { ModelEndpoint } from '../../../shared/domain/models/model-endpoint.ts';

/**
 * `page` is a web page instead of gRPC, as a host without the service has it; `hang` never answers; `cut` drops the
 * connection behind the request.
 */
export type Answer =
  | { readonly kind: 'ok'; readonly body: object }
  | { readonly kind: 'error'; readonly code: number; readonly text: string; readonly info?: ErrorInfo }
  | { readonly kind: 'page'; readonly status: number }
  | { readonly kind: 'hang' }
  | { readonly kind: 'cut' };

/** google.rpc.ErrorInfo, which says the reason of an error for machines. */
export interface ErrorInfo {
  readonly reason: string;
  readonly domain: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface Row {
  screen(endpoint: ModelEndpoint): Answer;
  confirm(endpoint: ModelEndpoint): Answer;
}

const api = 'aiplatform.googleapis.com';
const overloaded = '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}';
const refused =
  '{"type":"error","error":{"type":"invalid_request_error","message":"max_tokens: must be at least 2"},"request_id":"req_vrtx_01"}';

const infeasible = (endpoint: ModelEndpoint) => error(3, `countTokens is infeasible for ${nameOf(endpoint)}.`);
const notAllowed = (endpoint: ModelEndpoint) =>
  error(9, `Project \`123456789\` is not allowed to use Publisher Model \`${nameOf(endpoint)}\``);

/** Each state by its name. Behind a screen that says no more than "servable", the confirmation tells. */
export const rows = {
  enabled: { screen: infeasible, confirm: (endpoint) => ({ kind: 'ok', body: spoken(message(endpoint)) }) },
  'enabled, refuses one token': { screen: infeasible, confirm: () => error(3, refused) },
  'enabled, refuses in a body': { screen: infeasible, confirm: () => ({ kind: 'ok', body: spoken(refused) }) },
  'enabled, counts tokens': {
    screen: () => ({ kind: 'ok', body: { totalTokens: 8 } }),
    confirm: (endpoint) => ({ kind: 'ok', body: spoken(message(endpoint)) }),
  },
  'terms not accepted': both(notAllowed),
  'terms not accepted, screen unaware': { screen: infeasible, confirm: notAllowed },
  'not servable': both(({ location, ...endpoint }) =>
    error(9, `Publisher Model \`${nameOf({ location, ...endpoint })}\` is not servable in region ${location}.`),
  ),
  'blocked by policy': both(({ project, model }) =>
    error(
      9,
      `Organization Policy constraint constraints/vertexai.allowedModels violated for projects/${project} attempting to use a disallowed Gen AI model ${model}.`,
    ),
  ),
  'not found': both((endpoint) =>
    error(
      5,
      `Publisher Model \`${nameOf(endpoint)}\` was not found or your project does not have access to it. Please ensure you are using a valid model version.`,
    ),
  ),
  'entity not found': both(() => error(5, 'Requested entity was not found.')),
  'wrong host': both(() => ({ kind: 'page', status: 404 })),
  'method unknown': both(() => error(12, 'Method not found.')),
  'token invalid': both(() =>
    error(16, 'Request had invalid authentication credentials. Expected OAuth 2 access token.', {
      reason: 'ACCESS_TOKEN_EXPIRED',
      domain: 'googleapis.com',
    }),
  ),
  'key refused': both(() => error(16, 'API keys are not supported by this API.')),
  'permission denied': both(({ project, location, model }) =>
    error(
      7,
      `Permission 'aiplatform.endpoints.predict' denied on resource '//${api}/projects/${project}/locations/${location}/publishers/anthropic/models/${model}' (or it may not exist).`,
      { reason: 'IAM_PERMISSION_DENIED', domain: api },
    ),
  ),
  'api disabled': both(({ project }) =>
    error(
      7,
      `Vertex AI API has not been used in project ${project} before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/${api}/overview?project=${project} then retry.`,
      { reason: 'SERVICE_DISABLED', domain: 'googleapis.com' },
    ),
  ),
  'api disabled, in other words': both(() =>
    error(7, 'Agent Platform is off here.', { reason: 'SERVICE_DISABLED', domain: 'googleapis.com' }),
  ),
  'billing disabled': both(({ project }) =>
    error(7, `This API method requires billing to be enabled. Please enable billing on project #${project}.`, {
      reason: 'BILLING_DISABLED',
      domain: 'googleapis.com',
    }),
  ),
  'denied otherwise': both(() => error(7, 'The caller does not have permission')),
  'locations forbidden': both(() => error(9, 'the project failed the check for constraints/gcp.resourceLocations')),
  'infeasible, as a failed precondition': {
    screen: (endpoint) => error(9, `countTokens is infeasible for ${nameOf(endpoint)}.`),
    confirm: (endpoint) => ({ kind: 'ok', body: spoken(message(endpoint)) }),
  },
  'a sibling verb refused': {
    screen: ({ model }) => error(9, `${model} is not supported in the countTokens API.`),
    confirm: (endpoint) => ({ kind: 'ok', body: spoken(message(endpoint)) }),
  },
  'enabled, refuses as a failed precondition': { screen: infeasible, confirm: () => error(9, refused) },
  'quota project denied': both(({ project }) =>
    denial('USER_PROJECT_DENIED', `Caller does not have required permission to use project ${project}.`),
  ),
  'project suspended': both(({ project }) =>
    denial('CONSUMER_SUSPENDED', `Permission denied: Consumer 'projects/${project}' has been suspended.`),
  ),
  perimeter: both(() =>
    denial('SECURITY_POLICY_VIOLATED', "Request is prohibited by organization's policy.", { uid: 'q7Rw_A-9' }),
  ),
  'location denied': both(({ location }) =>
    denial('LOCATION_POLICY_VIOLATED', `Permission denied on 'locations/${location}' (or it may not exist).`),
  ),
  'scopes missing': both(() =>
    denial('ACCESS_TOKEN_SCOPE_INSUFFICIENT', 'Request had insufficient authentication scopes.'),
  ),
  'no quota project': both(() =>
    denial('SERVICE_DISABLED', `The ${api} API requires a quota project, which is not set by default.`),
  ),
  'denied for a reason that nobody knows': both(() => denial('MOON_PHASE_VIOLATED', 'The moon is full.')),
  'data sharing needed': both(() =>
    error(
      7,
      "Access to this model requires data sharing to be enabled for publisher 'anthropic'. Please set PublisherModelConfig.data_sharing_enabled_provider to 'anthropic'.",
    ),
  ),
  'no quota': {
    screen: infeasible,
    confirm: (endpoint) => error(8, exhausted('online_prediction_requests', endpoint)),
  },
  'no token quota': {
    screen: infeasible,
    confirm: (endpoint) => error(8, exhausted('online_prediction_input_tokens_per_minute', endpoint)),
  },
  'no shared quota': {
    screen: infeasible,
    confirm: (endpoint) => error(8, exhausted('global_online_prediction_requests', endpoint)),
  },
  busy: both(() => error(8, 'Resource exhausted. Please try again later.')),
  overloaded: { screen: infeasible, confirm: () => error(13, overloaded) },
  'overloaded, in a body': { screen: infeasible, confirm: () => ({ kind: 'ok', body: spoken(overloaded) }) },
  cancelled: both(() => error(1, 'The operation was cancelled.')),
  'server error': both(() => error(13, 'Internal error encountered.')),
  unavailable: both(() => error(14, 'The service is currently unavailable.')),
  'deadline exceeded': both(() => error(4, 'Deadline expired before operation could complete.')),
  hang: both(() => ({ kind: 'hang' })),
  cut: both(() => ({ kind: 'cut' })),
  unheard: both(() => error(3, 'Thinking budget is out of phase with the moon.')),
  'unheard, in a body': { screen: infeasible, confirm: () => ({ kind: 'ok', body: spoken('<p>Hello</p>') }) },
} satisfies Record<string, Row>;
export type RowName = keyof typeof rows;

function both(answer: (endpoint: ModelEndpoint) => Answer): Row {
  return { screen: answer, confirm: answer };
}

function error(code: number, text: string, info?: ErrorInfo): Answer {
  return info === undefined ? { kind: 'error', code, text } : { kind: 'error', code, text, info };
}

function denial(reason: string, text: string, metadata: Readonly<Record<string, string>> = {}): Answer {
  return error(7, text, { reason, domain: 'googleapis.com', metadata });
}

function nameOf({ project, location, model }: ModelEndpoint): string {
  return `projects/${project}/locations/${location}/publishers/anthropic/models/${model}`;
}

function exhausted(metric: string, { model }: ModelEndpoint): string {
  return `Quota exceeded for ${api}/${metric}_per_base_model with base model: anthropic-${model.replace(/@.*$/, '')}. Please submit a quota increase request. https://cloud.google.com/vertex-ai/docs/generative-ai/quotas-genai.`;
}

/** A google.api.HttpBody, which carries what Claude itself answers. */
function spoken(text: string): object {
  return { contentType: 'application/json', data: Buffer.from(text) };
}

function message({ model }: ModelEndpoint): string {
  return JSON.stringify({
    id: 'msg_vrtx_fake',
    type: 'message',
    role: 'assistant',
    model: model.replace('@', '-'),
    content: [{ type: 'text', text: 'Hi' }],
    stop_reason: 'max_tokens',
    stop_sequence: null,
    usage: { input_tokens: 8, output_tokens: 1 },
  });
}
