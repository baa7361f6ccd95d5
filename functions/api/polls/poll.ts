// The poll: GET /v1/pins, what every machine of the fleet asks all day. It runs before and without Hono, reads no store
// and writes nothing; all that it does for a request it has seen the like of is look up an answer.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Fault, fail, ok, type Result } from '../../../shared/domain/fault.ts';
import type { Catalogue } from '../../../shared/domain/models/catalogue.ts';
import type { Clock } from '../../../shared/ports.ts';
import type { Adoption } from '../../adoption/adoption.ts';
import { describeBug, type Log, traceOf } from '../../log.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import { sendProblem } from '../problems/problem.ts';
import { createSignatures, type SigningKeys } from '../signing/signatures.ts';
import { createRates } from '../traffic/rate-limit.ts';
import type { CachedPolicy, PolicyCache } from './policy-cache.ts';
import { isPoll, type PollRequest, readPollRequest } from './poll-request.ts';
import { createResponseCache, type PollResponse, type ResponseCache } from './response-cache.ts';

export interface PollPorts {
  readonly policyCache: PolicyCache;
  readonly authenticator: Authenticator;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  readonly log: Log;
  readonly adoption: Adoption;
  /** What answers are signed with; null for nothing. */
  readonly keys: SigningKeys | null;
  /** The Google Cloud project whose traces the log names, or null. */
  readonly traceProject: string | null;
}

/** Answers the request if it is a poll; false when it is something else, a promise while the answer must wait. */
export type Poll = (request: IncomingMessage, response: ServerResponse) => boolean | Promise<void>;

export function createPoll(ports: PollPorts): Poll {
  const { policyCache, authenticator, catalogue, clock, log, adoption, traceProject } = ports;
  const signatures = createSignatures(ports.keys, clock, log);
  const rates = createRates(clock);
  let responseCache: ResponseCache | null = null;
  let framed: CachedPolicy | null = null;

  function frameOf(known: CachedPolicy): ResponseCache | null {
    const now = clock();
    if (responseCache !== null && framed === known && now < responseCache.expires) return responseCache;
    if (known.published === null) return null;
    framed = known;
    responseCache = createResponseCache(known.published, known.staleSince, catalogue, signatures, now);
    return responseCache;
  }

  function lookUp(known: Result<CachedPolicy>, pollRequest: PollRequest): Result<PollResponse | Promise<PollResponse>> {
    if (!known.ok) return known;
    const current = frameOf(known.value);
    return current === null ? fail({ code: 'no_policy' }) : ok(current.serve(pollRequest));
  }

  function answer(
    request: IncomingMessage,
    response: ServerResponse,
    pollRequest: PollRequest,
    known: Result<CachedPolicy>,
  ): Promise<void> | null {
    const found = lookUp(known, pollRequest);
    if (!found.ok) refuse(request, response, found.fault);
    else if (found.value instanceof Promise) return found.value.then((served) => send(request, response, served));
    else send(request, response, found.value);
    return null;
  }

  function send(request: IncomingMessage, response: ServerResponse, served: PollResponse): void {
    const { etag, body, headers200, headers304, asked, counters } = served;
    const isUnchanged = holds(request.headers['if-none-match'], etag);
    const status = isUnchanged ? 304 : 200;
    response.writeHead(status, isUnchanged ? headers304 : headers200);
    response.end(isUnchanged || request.method === 'HEAD' ? undefined : body);
    log.info('poll', { status, ...asked, ...traceOf(request.headers, traceProject) });
    if (asked.machine !== null) adoption.polled(asked.machine, asked.revision, asked.ring, counters);
  }

  function refuse(
    request: IncomingMessage,
    response: ServerResponse,
    fault: Fault | { readonly code: 'internal' },
  ): void {
    sendProblem(response, fault, request.method === 'HEAD');
    log.warn('poll refused', { code: fault.code, ...traceOf(request.headers, traceProject) });
  }

  function reportBug(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    log.error('bug', { error: describeBug(error) });
    if (!response.headersSent) refuse(request, response, { code: 'internal' });
  }

  function serve(request: IncomingMessage, response: ServerResponse): Promise<void> | null {
    const pollRequest = readPollRequest(request, authenticator, rates);
    if (!(pollRequest instanceof Promise)) return serveQuestion(request, response, pollRequest);
    // Who asks and what is known may both wait for the store: let them do so together.
    return Promise.all([pollRequest, policyCache.current()]).then(async ([late]) => {
      await serveQuestion(request, response, late);
    });
  }

  function serveQuestion(
    request: IncomingMessage,
    response: ServerResponse,
    pollRequest: Result<PollRequest>,
  ): Promise<void> | null {
    if (!pollRequest.ok) {
      refuse(request, response, pollRequest.fault);
      return null;
    }
    const known = policyCache.current();
    if (!(known instanceof Promise)) return answer(request, response, pollRequest.value, known);
    return known.then(async (late) => {
      await answer(request, response, pollRequest.value, late);
    });
  }

  return function poll(request, response) {
    if (!isPoll(request.url ?? '')) return false;
    try {
      const waiting = serve(request, response);
      if (waiting !== null) return waiting.catch((error) => reportBug(request, response, error));
    } catch (error) {
      reportBug(request, response, error);
    }
    return true;
  };
}

/** RFC 9110, 13.1.2: a list of tags or `*`; weak comparison. */
function holds(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch === etag || ifNoneMatch === '*') return true;
  return ifNoneMatch.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}
