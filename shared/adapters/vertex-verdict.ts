// What a response of Vertex AI means: a table with a row for each known response. The first row that matches counts. A
// response that matches none is `unknown`, with its text. Rows also match texts, because the same code can mean a model
// that is off or a probe without permission. Codes:
// https://docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/api-errors

import type { BlindCause, Observation, Verdict } from '../domain/availability/observation.ts';

export type Judged = Pick<Observation, 'verdict' | 'cause' | 'evidence'>;

interface Row {
  /** Any of these gRPC codes. Absent: any code, and also local errors, which have none. */
  readonly codes?: readonly number[];
  /** `reason` of the google.rpc.ErrorInfo. */
  readonly reason?: RegExp;
  readonly text?: RegExp;
  readonly verdict: Verdict;
  readonly cause?: BlindCause;
}

const names = [
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

/** Characters of a text that are matched. A web page may be long, and the patterns take quadratic time. */
const maxTextLength = 5000;

/** Vertex returned the same refusals as INVALID_ARGUMENT, PERMISSION_DENIED and FAILED_PRECONDITION. */
const refusals = [3, 7, 9];

const rows: readonly Row[] = [
  // The network failed, perhaps while getting credentials.
  { text: /\b(?:EAI_AGAIN|ENOTFOUND|ETIMEDOUT|ECONN[A-Z]+|E[A-Z]+UNREACH|EPIPE)\b/, verdict: 'transient' },
  { text: /^Getting metadata from plugin failed\b.*(?:socket hang up|timed? ?out)/is, verdict: 'transient' },

  // There are no usable credentials. Nothing was sent.
  { text: /^Getting metadata from plugin failed\b/, verdict: 'misconfigured', cause: 'unauthenticated' },
  {
    text: /Could not load the default credentials|\binvalid_grant\b|\binvalid_rapt\b|\breauth|GOOGLE_APPLICATION_CREDENTIALS/,
    verdict: 'misconfigured',
    cause: 'unauthenticated',
  },
  { codes: [16], verdict: 'misconfigured', cause: 'unauthenticated' },

  // A web page: the host has no such API.
  { codes: [12], verdict: 'misconfigured', cause: 'wrong_address' },
  { codes: [2, 3, 5, 13], text: /<!doctype html|<html|not JSON/i, verdict: 'misconfigured', cause: 'wrong_address' },

  // Claude itself responded, in Anthropic's form, so the model was reached.
  { text: /"(?:overloaded|rate_limit|timeout|api)_error"/, verdict: 'transient' },
  { codes: [3], text: /"invalid_request_error"/, verdict: 'enabled' },

  // About the model. "Infeasible" may come before the terms are checked, so it never means `enabled`:
  // https://github.com/google-gemini/gemini-cli/issues/1477
  { codes: [3], text: /countTokens is infeasible/i, verdict: 'candidate' },
  { codes: refusals, text: /is not allowed to use Publisher Model/i, verdict: 'not_enabled' },
  { codes: refusals, text: /is not servable in region/i, verdict: 'not_served' },
  { codes: refusals, text: /constraints\/vertexai\.allowedModels/, verdict: 'blocked_by_policy' },
  { codes: refusals, text: /requires data sharing|data_sharing_enabled_provider/i, verdict: 'needs_data_sharing' },
  // Not enabled, not served there, or no such id: Vertex has the same response for all.
  { codes: [5], verdict: 'not_enabled' },
  // A quota of zero and an exhausted quota look the same.
  { codes: [8], text: /quota exceeded\b.*per_base_model/is, verdict: 'no_quota' },
  { codes: [8], verdict: 'transient' },

  // About our own configuration.
  { codes: [7], reason: /^IAM_PERMISSION_DENIED$/, verdict: 'misconfigured', cause: 'permission_denied' },
  { codes: [7], reason: /^BILLING_DISABLED$/, verdict: 'misconfigured', cause: 'billing_disabled' },
  { codes: [7], text: /billing to be enabled|enable billing/i, verdict: 'misconfigured', cause: 'billing_disabled' },
  { codes: [7], reason: /^SERVICE_DISABLED$/, verdict: 'misconfigured', cause: 'api_disabled' },
  {
    codes: [7],
    text: /has not been used in project .* before or it is disabled/i,
    verdict: 'misconfigured',
    cause: 'api_disabled',
  },
  { codes: [7], verdict: 'misconfigured', cause: 'permission_denied' },

  // Temporary.
  { codes: [1, 2, 4, 10, 13, 14], verdict: 'transient' },
];

/** Of a failed call. A screen never proves more than `candidate`. */
export function judgeError(error: unknown, by: Observation['by']): Judged {
  const { code, text, reason } = readError(error);
  return judge(by, code, text, reason, code === null ? text : `${names[code]}: ${text}`);
}

/** Of an answered countTokens. Claude models usually refuse it, and an answer proves no more than that refusal. */
export function judgeCount(): Judged {
  return { verdict: 'candidate', cause: null, evidence: 'OK: countTokens was answered' };
}

/** Of an answered rawPredict: a message of Claude, or an error in Anthropic's form. */
export function judgeBody(body: string): Judged {
  const type = typeOf(body);
  if (type === 'message') return { verdict: 'enabled', cause: null, evidence: 'OK: the model answered' };
  // 3 (INVALID_ARGUMENT) is the code of a failed call with this body.
  if (type === 'error') return judge('confirm', 3, body.slice(0, maxTextLength), '', `OK: ${body}`);
  return { verdict: 'unknown', cause: null, evidence: clean(`OK: ${body}`) };
}

function judge(by: Observation['by'], code: number | null, text: string, reason: string, evidence: string): Judged {
  const row = rows.find(
    ({ codes, text: pattern, reason: reasonPattern }) =>
      (codes === undefined || (code !== null && codes.includes(code))) &&
      (pattern === undefined || pattern.test(text)) &&
      (reasonPattern === undefined || reasonPattern.test(reason)),
  );
  const verdict = row?.verdict ?? 'unknown';
  return {
    verdict: verdict === 'enabled' && by === 'screen' ? 'candidate' : verdict,
    cause: row?.cause ?? null,
    evidence: clean(evidence),
  };
}

/** In a gRPC error, `details` is the text alone. Other errors have a message, and perhaps a code that isn't gRPC's. */
function readError(error: unknown): { readonly code: number | null; readonly text: string; readonly reason: string } {
  if (!(error instanceof Error)) return { code: null, text: String(error).slice(0, maxTextLength), reason: '' };
  // The cast is safe: each field is checked below.
  const { code, details, reason } = error as { code?: unknown; details?: unknown; reason?: unknown };
  const isGrpc = typeof code === 'number' && code > 0 && code < names.length;
  return {
    code: isGrpc ? code : null,
    text: (typeof details === 'string' && details !== '' ? details : error.message).slice(0, maxTextLength),
    reason: typeof reason === 'string' ? reason : '',
  };
}

function typeOf(body: string): unknown {
  try {
    const json: unknown = JSON.parse(body);
    return typeof json === 'object' && json !== null && 'type' in json ? json.type : null;
  } catch {
    return null;
  }
}

/** Makes a text safe to show: one line, without strings that look like secrets, at most 500 characters. */
function clean(text: string): string {
  return text
    .slice(0, maxTextLength)
    .replace(/-----BEGIN [^-]*PRIVATE KEY-----(?:.*?-----END [^-]*PRIVATE KEY-----|.*)/gs, '[secret]')
    .replace(/\b(?:ya29\.|1\/\/|AIza|GOCSPX-|ey[A-Za-z0-9_-]{8,}\.)[A-Za-z0-9._~+/=-]{8,}/g, '[secret]')
    .replace(/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, '$1 [secret]')
    .replace(
      /((?:access_token|refresh_token|id_token|client_secret|private_key|assertion)["']?\s*[=:]\s*["']?)[^\s"'&,}]+/gi,
      '$1[secret]',
    )
    .replace(/[\p{C}\p{Z}]+/gu, ' ')
    .trim()
    .slice(0, 500)
    .replace(/[\uD800-\uDBFF]$/, '');
}
