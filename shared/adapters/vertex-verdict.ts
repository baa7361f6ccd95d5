// What an answer of Vertex AI says: one row a known answer, the first that fits counts, and what fits none is `unknown`
// with its text. Texts and codes are facts from vertex-probing.md; that a text counts and not only its code is because
// codes alone can't tell a model that is off from a prober that may not ask.

import type { BlindCause, Observation, Verdict } from '../domain/availability/observation.ts';

export type Judged = Pick<Observation, 'verdict' | 'cause' | 'evidence'>;

interface Row {
  /** gRPC codes, any of them; left out: all, and errors from this side of the wire, which have none. */
  readonly codes?: readonly number[];
  /** `reason` of the google.rpc.ErrorInfo. */
  readonly reason?: RegExp;
  readonly says?: RegExp;
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

/** As much of a text as is looked at: a web page may be long, and the patterns take the square of the time. */
const lengthRead = 5000;

/** Vertex has answered the same refusal as a failed precondition, as a bad argument and as a denial. */
const refusals = [3, 7, 9];

const rows: readonly Row[] = [
  // The network, before anything is known of the answer; getting credentials needs it, too.
  { says: /\b(?:EAI_AGAIN|ENOTFOUND|ETIMEDOUT|ECONN[A-Z]+|E[A-Z]+UNREACH|EPIPE)\b/, verdict: 'transient' },
  { says: /^Getting metadata from plugin failed\b.*(?:socket hang up|timed? ?out)/is, verdict: 'transient' },

  // Credentials, before anything was sent.
  { says: /^Getting metadata from plugin failed\b/, verdict: 'misconfigured', cause: 'unauthenticated' },
  {
    says: /Could not load the default credentials|\binvalid_grant\b|\binvalid_rapt\b|\breauth|GOOGLE_APPLICATION_CREDENTIALS/,
    verdict: 'misconfigured',
    cause: 'unauthenticated',
  },
  { codes: [16], verdict: 'misconfigured', cause: 'unauthenticated' },

  // A web page: no such API at this host.
  { codes: [12], verdict: 'misconfigured', cause: 'wrong_address' },
  { codes: [2, 3, 5, 13], says: /<!doctype html|<html|not JSON/i, verdict: 'misconfigured', cause: 'wrong_address' },

  // Claude itself, in Anthropic's form. It was reached, whatever it did not like.
  { says: /"(?:overloaded|rate_limit|timeout|api)_error"/, verdict: 'transient' },
  { codes: [3], says: /"invalid_request_error"/, verdict: 'enabled' },

  // About the model.
  // May be answered before the terms are checked (gemini-cli#1477), and so never means more than this.
  { codes: [3], says: /countTokens is infeasible/i, verdict: 'candidate' },
  { codes: refusals, says: /is not allowed to use Publisher Model/i, verdict: 'not_enabled' },
  { codes: refusals, says: /is not servable in region/i, verdict: 'not_served' },
  { codes: refusals, says: /constraints\/vertexai\.allowedModels/, verdict: 'blocked_by_policy' },
  { codes: refusals, says: /requires data sharing|data_sharing_enabled_provider/i, verdict: 'needs_data_sharing' },
  // Not enabled, not there or no such id: Vertex doesn't tell these apart.
  { codes: [5], verdict: 'not_enabled' },
  // No quota at all and a quota used up look the same.
  { codes: [8], says: /quota exceeded\b.*per_base_model/is, verdict: 'no_quota' },
  { codes: [8], verdict: 'transient' },

  // About us.
  { codes: [7], reason: /^IAM_PERMISSION_DENIED$/, verdict: 'misconfigured', cause: 'permission_denied' },
  { codes: [7], reason: /^BILLING_DISABLED$/, verdict: 'misconfigured', cause: 'billing_disabled' },
  { codes: [7], says: /billing to be enabled|enable billing/i, verdict: 'misconfigured', cause: 'billing_disabled' },
  { codes: [7], reason: /^SERVICE_DISABLED$/, verdict: 'misconfigured', cause: 'api_disabled' },
  {
    codes: [7],
    says: /has not been used in project .* before or it is disabled/i,
    verdict: 'misconfigured',
    cause: 'api_disabled',
  },
  { codes: [7], verdict: 'misconfigured', cause: 'permission_denied' },

  // About the moment.
  { codes: [1, 2, 4, 10, 13, 14], verdict: 'transient' },
];

/** What a failed call says. `by` matters only in that no screen proves a model enabled. */
export function judgeError(error: unknown, by: Observation['by']): Judged {
  const { code, text, reason } = readError(error);
  return judge(by, code, text, reason, code === null ? text : `${names[code]}: ${text}`);
}

/** What a count of tokens says: a verb that Claude models lack did work, which proves no more than the usual refusal. */
export function judgeCount(): Judged {
  return { verdict: 'candidate', cause: null, evidence: 'OK: countTokens was answered' };
}

/** What the body of an answered rawPredict says: Claude spoke, or refused in its own form. */
export function judgeBody(body: string): Judged {
  const type = typeOf(body);
  if (type === 'message') return { verdict: 'enabled', cause: null, evidence: 'OK: the model answered' };
  // 3 is how the same body comes as an error.
  if (type === 'error') return judge('confirm', 3, body.slice(0, lengthRead), '', `OK: ${body}`);
  return { verdict: 'unknown', cause: null, evidence: clean(`OK: ${body}`) };
}

function judge(by: Observation['by'], code: number | null, text: string, reason: string, evidence: string): Judged {
  const row = rows.find(
    ({ codes, says, reason: named }) =>
      (codes === undefined || (code !== null && codes.includes(code))) &&
      (says === undefined || says.test(text)) &&
      (named === undefined || named.test(reason)),
  );
  const verdict = row?.verdict ?? 'unknown';
  return {
    verdict: verdict === 'enabled' && by === 'screen' ? 'candidate' : verdict,
    cause: row?.cause ?? null,
    evidence: clean(evidence),
  };
}

/** A gRPC error's `details` is the text alone; other errors have only a message and, it may be, a code of another kind. */
function readError(error: unknown): { readonly code: number | null; readonly text: string; readonly reason: string } {
  if (!(error instanceof Error)) return { code: null, text: String(error).slice(0, lengthRead), reason: '' };
  const { code, details, reason } = error as { code?: unknown; details?: unknown; reason?: unknown }; // each checked here
  const isGrpc = typeof code === 'number' && code > 0 && code < names.length;
  return {
    code: isGrpc ? code : null,
    text: (typeof details === 'string' && details !== '' ? details : error.message).slice(0, lengthRead),
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

/** Fit for a log, a page and a chat: one line, without what looks like a secret, 500 characters at most. */
function clean(text: string): string {
  return text
    .slice(0, lengthRead)
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
