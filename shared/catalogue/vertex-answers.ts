// The known answers of Vertex AI, as a table. The first row that fits an answer names its finding. An answer that fits no
// row is `unknown`, and is shown with its text. The probe and the agents' doctor judge by this table. Codes and reasons:
// https://docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/api-errors and
// https://github.com/googleapis/googleapis/blob/master/google/api/error_reason.proto

import type { FindingName } from './vertex-findings.ts';

/** The names of gRPC's codes, by their number. */
export const grpcCodes = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const;
export type GrpcCode = (typeof grpcCodes)[number];

export interface AnswerRow {
  readonly finding: FindingName;
  /** Any of these codes; `LOCAL` stands for an error of the machine itself, such as gcloud's. Absent: any. */
  readonly codes?: readonly (GrpcCode | 'LOCAL')[];
  /** Any of these reasons of the google.rpc.ErrorInfo. */
  readonly reasons?: readonly string[];
  /**
   * A pattern in lower case for the text in lower case. JavaScript and awk must read it the same way: no backslash, no
   * braces, no semicolon.
   */
  readonly text?: string;
}

/** Vertex returned the same refusals under each of these codes. */
const refused = ['INVALID_ARGUMENT', 'PERMISSION_DENIED', 'FAILED_PRECONDITION'] as const;
const denied = ['PERMISSION_DENIED', 'UNAUTHENTICATED'] as const;
const plugin = '^getting metadata from plugin failed';

const beforeAnything: readonly AnswerRow[] = [
  // Of a call that didn't fail: Claude's message.
  { codes: ['OK'], finding: 'enabled' },
  // The network failed, perhaps while getting credentials.
  { text: '(^|[^a-z])(eai_again|enotfound|etimedout|econn[a-z]+|e(host|net)unreach|epipe)', finding: 'network' },
  {
    codes: ['LOCAL'],
    text: 'failed to resolve|max retries exceeded|unable to find the server|failed to establish',
    finding: 'network',
  },
  { text: `${plugin}.*(socket hang up|timed? ?out)`, finding: 'network' },

  // There are no usable credentials. Nothing was sent.
  {
    codes: ['LOCAL'],
    text: 'could not load the default credentials|credentials were not found|not automatically determine',
    finding: 'no_credentials',
  },
  { text: plugin, finding: 'unauthenticated' },
  { text: 'google_application_credentials|invalid_(grant|rapt)|(^|[^a-z])reauth', finding: 'unauthenticated' },
  {
    codes: ['LOCAL'],
    text: 'unauthorized_client|invalid_(client|target)|subject token|unable to acquire impersonated|iam[.]serviceaccounts[.]',
    finding: 'unauthenticated',
  },
  { codes: denied, reasons: ['ACCESS_TOKEN_SCOPE_INSUFFICIENT'], finding: 'scopes_missing' },
  { codes: denied, text: 'insufficient authentication scopes', finding: 'scopes_missing' },
  { codes: ['UNAUTHENTICATED'], finding: 'unauthenticated' },

  // A web page: the host has no such API.
  { codes: ['UNIMPLEMENTED'], finding: 'wrong_address' },
  {
    codes: ['UNKNOWN', 'INVALID_ARGUMENT', 'NOT_FOUND', 'INTERNAL'],
    text: '<!doctype html|<html|not json',
    finding: 'wrong_address',
  },
];

const aboutTheModel: readonly AnswerRow[] = [
  // Claude itself responded, in Anthropic's form, so the model was reached.
  { text: '"(overloaded|rate_limit|timeout|api)_error"', finding: 'unavailable' },
  { codes: ['INVALID_ARGUMENT', 'FAILED_PRECONDITION'], text: '"invalid_request_error"', finding: 'enabled' },

  // Vertex knows the model, and doesn't offer this method for it. That may be decided before the terms are checked, so it
  // never means `enabled`: https://github.com/google-gemini/gemini-cli/issues/1477
  {
    codes: ['INVALID_ARGUMENT', 'FAILED_PRECONDITION'],
    text: 'counttokens is infeasible|is not supported in the [a-z]+ api',
    finding: 'candidate',
  },
  { codes: refused, text: 'is not allowed to use publisher model', finding: 'not_enabled' },
  { codes: refused, text: 'is not servable in region', finding: 'not_served' },
  { codes: refused, text: 'requires data sharing|data_sharing_enabled_provider', finding: 'needs_data_sharing' },
  // A perimeter says "organization's policy", too.
  {
    codes: ['PERMISSION_DENIED'],
    reasons: ['SECURITY_POLICY_VIOLATED', 'ORG_RESTRICTION_VIOLATION'],
    finding: 'perimeter',
  },
  {
    codes: ['PERMISSION_DENIED'],
    text: "vpc ?service ?controls|prohibited by organi[sz]ation('?s)? policy",
    finding: 'perimeter',
  },
  { codes: refused, text: 'constraints/vertexai[.]', finding: 'blocked_by_policy' },
  {
    codes: refused,
    reasons: [
      'LOCATION_ORG_POLICY_VIOLATED',
      'RESOURCE_USAGE_RESTRICTION_VIOLATED',
      'ENDPOINT_USAGE_RESTRICTION_VIOLATED',
    ],
    finding: 'blocked_by_other_policy',
  },
  { codes: refused, text: 'constraints/[a-z]|org(ani[sz]ation)? policy', finding: 'blocked_by_other_policy' },
  // Not enabled, not served there, or no such id: Vertex has the same response for all.
  { codes: ['NOT_FOUND'], finding: 'not_found' },
  // A quota of zero and an exhausted quota look the same.
  { codes: ['RESOURCE_EXHAUSTED'], text: 'quota exceeded.*per_base_model', finding: 'no_quota' },
  { codes: ['RESOURCE_EXHAUSTED'], finding: 'busy' },
];

const aboutOurConfiguration: readonly AnswerRow[] = [
  { codes: ['PERMISSION_DENIED'], reasons: ['IAM_PERMISSION_DENIED'], finding: 'permission_denied' },
  { codes: ['PERMISSION_DENIED'], reasons: ['USER_PROJECT_DENIED'], finding: 'quota_project_denied' },
  {
    codes: ['PERMISSION_DENIED'],
    reasons: ['LOCATION_POLICY_VIOLATED', 'LOCATION_TAX_POLICY_VIOLATED'],
    finding: 'location_denied',
  },
  { codes: refused, reasons: ['CONSUMER_SUSPENDED', 'GCP_SUSPENDED'], finding: 'project_suspended' },
  { codes: refused, reasons: ['CONSUMER_INVALID', 'RESOURCE_PROJECT_INVALID'], finding: 'project_invalid' },
  { codes: ['PERMISSION_DENIED'], reasons: ['BILLING_DISABLED'], finding: 'billing_disabled' },
  // Google gives this one the reason SERVICE_DISABLED.
  { codes: ['PERMISSION_DENIED'], text: 'requires a quota project', finding: 'quota_project_missing' },
  { codes: ['PERMISSION_DENIED'], text: 'billing to be enabled|enable billing', finding: 'billing_disabled' },
  { codes: ['PERMISSION_DENIED'], reasons: ['SERVICE_DISABLED'], finding: 'api_disabled' },
  { codes: ['PERMISSION_DENIED'], text: 'has not been used in project .* or it is disabled', finding: 'api_disabled' },
  {
    codes: ['PERMISSION_DENIED'],
    text: 'required permission to use project|serviceusage[.]services[.]use',
    finding: 'quota_project_denied',
  },
  { codes: ['PERMISSION_DENIED'], text: "permission denied on '?locations/", finding: 'location_denied' },
  { codes: refused, text: '(consumer|project).*suspended', finding: 'project_suspended' },
  {
    codes: refused,
    text: 'project .*(not found|does not exist|(is|was|has been) deleted)',
    finding: 'project_invalid',
  },
  {
    codes: ['PERMISSION_DENIED'],
    text: "permission '?[a-z.]+'? denied|does not have (the |required )*permission",
    finding: 'permission_denied',
  },
];

const temporary: readonly AnswerRow[] = [
  {
    codes: ['CANCELLED', 'UNKNOWN', 'DEADLINE_EXCEEDED', 'ABORTED', 'INTERNAL', 'UNAVAILABLE'],
    finding: 'unavailable',
  },
];

/** In the order in which they are tried. */
export const answerRows: readonly AnswerRow[] = [
  ...beforeAnything,
  ...aboutTheModel,
  ...aboutOurConfiguration,
  ...temporary,
];
