// From a Fault to RFC 9457 problem+json: the one place that decides status, words and hint. Everything that answers an
// error uses it, the poll path without Hono too.

import type { ServerResponse } from 'node:http';
import type { Fault, Finding, UncallablePin } from '../../../shared/domain/fault.ts';
import { problemText } from './problem-texts.ts';

export interface Problem {
  readonly type: string;
  readonly status: number;
  /** Stable; switch on this. */
  readonly code: string;
  readonly title: string;
  readonly hint: string;
  /** The parameter, header or JSON pointer at fault, where there is one. */
  readonly field?: string;
  readonly findings?: readonly Finding[];
  readonly allowed?: readonly string[];
  /** Seconds after which to try again, as in Retry-After. */
  readonly retryAfter?: number;
  /** The revision that stands, on a conflict. */
  readonly current?: number;
  /** Pins that are not proven callable, each with what was seen and what could be pinned instead. */
  readonly uncallablePins?: readonly UncallablePin[];
}

export const problemType = 'application/problem+json';

export function problemOf(fault: Fault | { readonly code: 'internal' }): Problem {
  return { type: `urn:pinward:problem:${fault.code}`, code: fault.code, ...problemText(fault) };
}

/** Response headers that an error needs beside its body. */
export function problemHeaders(problem: Problem): Record<string, string> {
  const retryAfter = problem.retryAfter ?? (problem.status === 503 ? 15 : undefined);
  return {
    'Content-Type': problemType,
    'Cache-Control': 'no-store',
    ...(problem.status === 401 ? { 'WWW-Authenticate': 'Bearer realm="pinward"' } : {}),
    ...(problem.status === 405 && problem.allowed !== undefined ? { Allow: problem.allowed.join(', ') } : {}),
    ...(retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) }),
    ...(problem.status === 413 ? { Connection: 'close' } : {}),
  };
}

/** Answers an error on a bare Node response. */
export function sendProblem(
  response: ServerResponse,
  fault: Fault | { readonly code: 'internal' },
  isHead = false,
): void {
  const problem = problemOf(fault);
  const body = Buffer.from(`${JSON.stringify(problem, null, 2)}\n`);
  response.writeHead(problem.status, { ...problemHeaders(problem), 'Content-Length': body.length });
  response.end(isHead ? undefined : body);
}
