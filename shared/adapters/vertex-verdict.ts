// What a response of Vertex AI means: a judgement by the table of known answers, with evidence that is fit to be shown.

import { type AnswerRow, answerRows, type GrpcCode, grpcCodes } from '../catalogue/vertex-answers.ts';
import type { Finding } from '../catalogue/vertex-finding.ts';
import { type FindingName, findings } from '../catalogue/vertex-findings.ts';
import type { Observation } from '../domain/availability/observation.ts';

export type Judged = Pick<Observation, 'verdict' | 'cause' | 'evidence'>;

/** What an answer is judged by. */
export interface Answer {
  /** Null for a local error. */
  readonly code: GrpcCode | null;
  /** Of the google.rpc.ErrorInfo, or empty. */
  readonly reason: string;
  readonly text: string;
}

/** Characters of a text that are matched. A web page may be long, and the patterns take quadratic time. */
const maxTextLength = 5000;
const maxReadLength = 60_000;

const patterns = new Map(
  answerRows.flatMap(({ text }) => (text === undefined ? [] : [[text, new RegExp(text)] as const])),
);

/** The finding of the first row that fits; null when none does. */
export function findAnswer({ code, reason, text }: Answer): FindingName | null {
  const plain = text
    .slice(0, maxReadLength)
    .replace(/[ \t\r\n\f\v]+/g, ' ')
    .replace(/[^ -~]/g, '')
    .slice(0, maxTextLength)
    .toLowerCase();
  const fits = (row: AnswerRow) =>
    (row.codes === undefined || row.codes.includes(code ?? 'LOCAL')) &&
    (row.reasons === undefined || row.reasons.includes(reason)) &&
    (row.text === undefined || patterns.get(row.text)?.test(plain) === true);
  return answerRows.find(fits)?.finding ?? null;
}

/** Of a failed call. A screen never proves more than `candidate`. */
export function judgeError(error: unknown, by: Observation['by']): Judged {
  const { denial, ...answer } = readError(error);
  const evidence = `${answer.code === null ? '' : `${answer.code}: `}${answer.text}`;
  return judge(by, answer, denial === '' || evidence.includes(denial) ? evidence : `${evidence} (${denial})`);
}

/** Of an answered countTokens. Claude models usually refuse it, and an answer proves no more than that refusal. */
export function judgeCount(): Judged {
  return { verdict: 'candidate', cause: null, evidence: 'OK: countTokens was answered' };
}

/** Of an answered rawPredict: a message of Claude, or an error in Anthropic's form. */
export function judgeBody(body: string): Judged {
  const type = typeOf(body);
  if (type === 'message') return judge('confirm', { code: 'OK', reason: '', text: '' }, 'OK: the model answered');
  // INVALID_ARGUMENT is the code of a failed call with this body.
  if (type === 'error') return judge('confirm', { code: 'INVALID_ARGUMENT', reason: '', text: body }, `OK: ${body}`);
  return { verdict: 'unknown', cause: null, evidence: clean(`OK: ${body}`) };
}

function judge(by: Observation['by'], answer: Answer, evidence: string): Judged {
  const name = findAnswer(answer);
  const finding: Finding | null = name === null ? null : findings[name];
  const verdict = finding?.verdict ?? 'unknown';
  return {
    verdict: verdict === 'enabled' && by === 'screen' ? 'candidate' : verdict,
    cause: finding?.cause ?? null,
    evidence: clean(evidence),
  };
}

/**
 * In a gRPC error, `details` is the text alone. Other errors have a message, and perhaps a code that isn't gRPC's.
 * `denial` is the id by which VPC Service Controls log a denial.
 */
function readError(error: unknown): Answer & { readonly denial: string } {
  if (!(error instanceof Error)) return { code: null, reason: '', text: String(error), denial: '' };
  // The cast is safe: each field is checked below.
  const { code, details, reason, errorInfoMetadata } = error as Readonly<Record<string, unknown>> & Error;
  const metadata = typeof errorInfoMetadata === 'object' && errorInfoMetadata !== null ? errorInfoMetadata : {};
  return {
    code: typeof code === 'number' && code > 0 ? (grpcCodes[code] ?? null) : null,
    reason: typeof reason === 'string' ? reason : '',
    text: typeof details === 'string' && details !== '' ? details : error.message,
    denial: 'uid' in metadata && typeof metadata.uid === 'string' ? metadata.uid : '',
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
    .replace(/\b(?:ya29\.|1\/\/|AIza|GOCSPX-|sk-|ey[A-Za-z0-9_-]{8,}\.)[A-Za-z0-9._~+/=-]{8,}/g, '[secret]')
    .replace(/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, '$1 [secret]')
    .replace(
      /((?:access_token|refresh_token|id_token|subject_token|client_secret|private_key|assertion)["']?\s*[=:]\s*["']?)[^\s"'&,}]+/gi,
      '$1[secret]',
    )
    .replace(/[\p{C}\p{Z}]+/gu, ' ')
    .trim()
    .slice(0, 500)
    .replace(/[\uD800-\uDBFF]$/, '');
}
