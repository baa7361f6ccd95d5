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
/** A reason of Google's says the same under each of these. */
const withReason = [...refused, 'NOT_FOUND'] as const;
const denied = ['PERMISSION_DENIED', 'UNAUTHENTICATED'] as const;

/** Of a request for an access token, by gcloud or by the library of Node. Nothing was sent to Vertex. */
const ofTokens: readonly AnswerRow[] = [
  ...tokenRows(
    'network',
    'failed to resolve|max retries exceeded|unable to find the server|failed to establish|connection (reset|aborted|refused|timed out)|remotedisconnected|remote end closed|name resolution|premature close|socket (hang up|disconnected)|fetch failed|certificate|proxyerror|timed? ?out',
  ),
  ...tokenRows('unavailable', 'status code (429|5..)|server_error|internal_failure|temporarily'),
  ...tokenRows(
    'no_credentials',
    'could not load the default credentials|credentials were not found|not automatically determine|does not exist, or it is not a file|enoent',
  ),
  ...tokenRows(
    'unauthenticated',
    'invalid_(client|target|scope)|(unauthorized|deleted|disabled)_client|access_denied|subject token|impersonat|iam[.]serviceaccounts[.]|status code 4',
  ),
];

const beforeAnything: readonly AnswerRow[] = [
  // Of a call that didn't fail: Claude's message.
  { codes: ['OK'], finding: 'enabled' },
  // The network failed, perhaps while getting credentials.
  { text: '(^|[^a-z])(eai_again|enotfound|etimedout|econn[a-z]+|e(host|net)unreach|epipe)', finding: 'network' },
  ...ofTokens,
  { text: 'google_application_credentials|invalid_(grant|rapt)|(^|[^a-z])reauth', finding: 'unauthenticated' },
  { codes: denied, reasons: ['ACCESS_TOKEN_SCOPE_INSUFFICIENT'], finding: 'scopes_missing' },
  { codes: denied, text: 'insufficient authentication scopes', finding: 'scopes_missing' },
  { codes: ['UNAUTHENTICATED'], finding: 'unauthenticated' },

  // A web page: the host has no such API. What speaks of a model has one.
  {
    codes: ['UNKNOWN', 'INVALID_ARGUMENT', 'NOT_FOUND', 'UNIMPLEMENTED', 'INTERNAL'],
    text: '<!doctype html|<html|not json',
    finding: 'wrong_address',
  },
  { codes: ['UNIMPLEMENTED'], text: '(^|[^a-z])model', finding: 'unavailable' },
  { codes: ['UNIMPLEMENTED'], finding: 'wrong_address' },
];

/** What a gateway says of itself in Anthropic's form. */
const gatewayRefusal = '(credit balance|organi[sz]ation has been disabled|invalid model name)';

const aboutTheModel: readonly AnswerRow[] = [
  {
    text: `"invalid_request_error".*${gatewayRefusal}|${gatewayRefusal}.*"invalid_request_error"`,
    finding: 'unavailable',
  },
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
  { codes: refused, text: 'publisher model [^ ]+ was not found', finding: 'not_found' },
  { codes: refused, text: 'requires data sharing|data_sharing_enabled_provider', finding: 'needs_data_sharing' },
  // A perimeter says "organization's policy", too.
  { codes: withReason, reasons: ['SECURITY_POLICY_VIOLATED'], finding: 'perimeter' },
  { codes: withReason, reasons: ['ORG_RESTRICTION_VIOLATION'], finding: 'org_restriction' },
  {
    codes: ['PERMISSION_DENIED'],
    text: "vpc ?service ?controls|prohibited by organi[sz]ation('?s)? policy",
    finding: 'perimeter',
  },
  { codes: refused, text: 'constraints?[/ ]vertexai[.]', finding: 'blocked_by_policy' },
  {
    codes: withReason,
    reasons: [
      'LOCATION_ORG_POLICY_VIOLATED',
      'RESOURCE_USAGE_RESTRICTION_VIOLATED',
      'ENDPOINT_USAGE_RESTRICTION_VIOLATED',
    ],
    finding: 'blocked_by_other_policy',
  },
  { codes: refused, text: 'constraints/[a-z]|org(ani[sz]ation)? policy', finding: 'blocked_by_other_policy' },
];

const aboutOurConfiguration: readonly AnswerRow[] = [
  // Google gives some texts reasons that say less, or something else.
  { codes: ['PERMISSION_DENIED'], text: 'serviceusage[.]services[.]use', finding: 'quota_project_denied' },
  { codes: ['PERMISSION_DENIED'], text: 'iam[.]serviceaccounts[.]', finding: 'impersonation_denied' },
  // These numbers are of gcloud's own projects, to which a call is charged that names none.
  {
    codes: ['PERMISSION_DENIED'],
    text: 'requires a quota project|using end user credentials|project (764086051850|32555940559)( |$)',
    finding: 'quota_project_missing',
  },
  {
    codes: ['PERMISSION_DENIED'],
    text: 'iam service account credentials api|iamcredentials[.]googleapis',
    finding: 'impersonation_api_disabled',
  },
  { codes: withReason, reasons: ['IAM_PERMISSION_DENIED'], finding: 'permission_denied' },
  { codes: withReason, reasons: ['USER_PROJECT_DENIED'], finding: 'quota_project_denied' },
  {
    codes: withReason,
    reasons: ['LOCATION_POLICY_VIOLATED', 'LOCATION_TAX_POLICY_VIOLATED'],
    finding: 'location_denied',
  },
  { codes: withReason, reasons: ['CONSUMER_SUSPENDED', 'GCP_SUSPENDED'], finding: 'project_suspended' },
  { codes: withReason, reasons: ['CONSUMER_INVALID'], finding: 'project_invalid' },
  { codes: withReason, reasons: ['RESOURCE_PROJECT_INVALID'], finding: 'pinned_project_invalid' },
  { codes: withReason, reasons: ['BILLING_DISABLED'], finding: 'billing_disabled' },
  { codes: ['PERMISSION_DENIED'], text: 'billing to be enabled|enable billing', finding: 'billing_disabled' },
  { codes: withReason, reasons: ['SERVICE_DISABLED'], finding: 'api_disabled' },
  { codes: ['PERMISSION_DENIED'], text: 'has not been used in project .* or it is disabled', finding: 'api_disabled' },
  { codes: ['PERMISSION_DENIED'], text: 'required permission to use project', finding: 'quota_project_denied' },
  { codes: ['PERMISSION_DENIED'], text: "permission denied on '?locations/", finding: 'location_denied' },
  { codes: refused, text: '(consumer|project)( [^ ]+)? (is|was|has been) suspended', finding: 'project_suspended' },
  {
    codes: refused,
    text: '(^|[^a-z])project( [^ ]+)? ((is |was |could )?not (be )?found|does not exist|(is|was|has been) deleted)',
    finding: 'project_invalid',
  },
  {
    codes: ['PERMISSION_DENIED'],
    text: "permission '?[a-z.]+'? denied|does not have (the |required )*permission",
    finding: 'permission_denied',
  },
];

const byCode: readonly AnswerRow[] = [
  // Not enabled, not served there, or no such id: Vertex has the same response for all.
  { codes: ['NOT_FOUND'], finding: 'not_found' },
  // A quota of zero and an exhausted quota look the same.
  { codes: ['RESOURCE_EXHAUSTED'], text: 'quota exceeded.*per_base_model', finding: 'no_quota' },
  { codes: ['RESOURCE_EXHAUSTED'], finding: 'busy' },
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
  ...byCode,
];

function tokenRows(finding: FindingName, text: string): readonly AnswerRow[] {
  return [
    { codes: ['LOCAL'], text, finding },
    { text: `^getting metadata from plugin failed.*(${text})`, finding },
  ];
}
