// The poll: GET /v1/pins, which every machine of the fleet asks all day. It reads no store and writes nothing: the policy comes
// from the policy cache, the response from the response cache. It runs before Hono and loads no package.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { ok, type Result } from '../../../shared/domain/fault.ts';
import type { Catalogue } from '../../../shared/domain/models/catalogue.ts';
import type { Clock } from '../../../shared/ports.ts';
import type { Adoption } from '../../adoption/adoption.ts';
import { describeBug, type Log, traceOf } from '../../log.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import type { Caller } from '../auth/caller.ts';
import { credentialOf } from '../auth/credential.ts';
import { type ApiFault, type ApiResult, failHttp } from '../problems/http-fault.ts';
import { sendProblem } from '../problems/problem.ts';
import { createSignatures, type SigningKeys } from '../signing/signatures.ts';
import type { RateLimiter } from '../traffic/rate-limit.ts';
import type { CachedPolicy, PolicyCache } from './policy-cache.ts';
import { type PollRequest, readPollRequest } from './poll-request.ts';
import { createResponseCache, type PollResponse, type ResponseCache } from './response-cache.ts';

interface PollPorts {
  readonly policyCache: PolicyCache;
  readonly authenticator: Authenticator;
  readonly rateLimiter: RateLimiter;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  readonly log: Log;
  readonly adoption: Adoption;
  /** What responses are signed with; null for nothing. */
  readonly keys: SigningKeys | null;
  /** The Google Cloud project whose traces the log names, or null. */
  readonly traceProject: string | null;
}

/** Answers a poll: at once (null) where all that it needs is known. A promise never rejects. */
export type Poll = (
  request: IncomingMessage,
  response: ServerResponse,
  ifNoneMatch: string | undefined,
) => Promise<void> | null;

/** A request with the place where its answer goes. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly ifNoneMatch: string | undefined;
}

export function createPoll(ports: PollPorts): Poll {
  const { policyCache, authenticator, rateLimiter, catalogue, clock, log, adoption, traceProject } = ports;
  const signatures = createSignatures(ports.keys, clock, log);
  let responses: ResponseCache | null = null;

  function responsesFor({ published, staleSince }: CachedPolicy): ResponseCache | null {
    if (published === null) return null;
    const now = clock();
    if (responses?.isFor(published.revision.number, staleSince, now) === true) return responses;
    responses = createResponseCache({ published, staleSince, shipped: catalogue, signatures, now });
    return responses;
  }

  function serve(exchange: Exchange): Promise<void> | null {
    const { method = '' } = exchange.request;
    if (method !== 'GET' && method !== 'HEAD') {
      return refuse(exchange, { code: 'method_unsupported', method, allowed: ['GET', 'HEAD'] });
    }
    const caller = authenticator.identify(credentialOf(exchange.request));
    if (!(caller instanceof Promise)) return serveCaller(exchange, caller);
    // Roles and policy may both wait for the store: let them do so together.
    return Promise.all([caller, policyCache.current()]).then(async ([late]) => {
      await serveCaller(exchange, late);
    });
  }

  function serveCaller(exchange: Exchange, caller: ApiResult<Caller>): Promise<void> | null {
    if (!caller.ok) return refuse(exchange, caller.fault);
    const read = readPollRequest(exchange.request, caller.value);
    if (!read.ok) return refuse(exchange, read.fault);
    const seconds = rateLimiter.machine(caller.value.name, read.value.machine.name);
    if (seconds > 0) return refuse(exchange, { code: 'rate_limited', seconds });
    const policy = policyCache.current();
    if (!(policy instanceof Promise)) return answer(exchange, caller.value, read.value, policy);
    return policy.then(async (late) => {
      await answer(exchange, caller.value, read.value, late);
    });
  }

  function answer(
    exchange: Exchange,
    caller: Caller,
    pollRequest: PollRequest,
    policy: Result<CachedPolicy>,
  ): Promise<void> | null {
    if (!policy.ok) return refuse(exchange, policy.fault);
    const cache = responsesFor(policy.value);
    if (cache === null) return refuse(exchange, { code: 'no_policy' });
    const known = cache.get(pollRequest);
    if (known !== null) return send(exchange, known);
    const allowed = allowVersion(caller, pollRequest);
    if (!allowed.ok) return refuse(exchange, allowed.fault);
    const made = cache.make(pollRequest);
    return made instanceof Promise ? made.then((late) => void send(exchange, late)) : send(exchange, made);
  }

  /** Each version of Claude Code that a caller names anew makes responses to render and to sign. */
  function allowVersion({ name }: Caller, { machine: { cli } }: PollRequest): ApiResult<null> {
    const seconds = cli === null ? 0 : rateLimiter.version(name, cli);
    return seconds > 0 ? failHttp({ code: 'rate_limited', seconds }) : ok(null);
  }

  function send({ request, response, ifNoneMatch }: Exchange, { body, machine, pollAfter }: PollResponse): null {
    const { etag, bytes, headers, contentHeaders, revision, ring, cli, format, counters } = body;
    const isUnchanged = matches(ifNoneMatch, etag);
    const status = isUnchanged ? 304 : 200;
    const common = [...headers, 'Pinward-Poll-After', pollAfter];
    response.writeHead(status, isUnchanged ? common : [...common, ...contentHeaders]);
    response.end(isUnchanged || request.method === 'HEAD' ? undefined : bytes);
    log.info('poll', { status, machine, cli, format, ring, revision, ...traceOf(request.headers, traceProject) });
    if (machine !== null) adoption.polled(machine, revision, ring, counters);
    return null;
  }

  function refuse({ request, response }: Exchange, fault: ApiFault): null {
    sendProblem(response, fault, request.method === 'HEAD');
    log.warn('poll refused', { code: fault.code, ...traceOf(request.headers, traceProject) });
    return null;
  }

  function reportBug(exchange: Exchange, error: unknown): null {
    log.error('bug', { error: describeBug(error) });
    return exchange.response.headersSent ? null : refuse(exchange, { code: 'internal' });
  }

  return function poll(request, response, ifNoneMatch) {
    const exchange = { request, response, ifNoneMatch };
    try {
      return serve(exchange)?.catch((error) => void reportBug(exchange, error)) ?? null;
    } catch (error) {
      return reportBug(exchange, error);
    }
  };
}

/** RFC 9110, 13.1.2: a list of tags or `*`; weak comparison. */
function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch === etag || ifNoneMatch === '*') return true;
  return ifNoneMatch.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}
