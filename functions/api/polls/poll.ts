// The poll: GET /v1/pins, the call by which every machine gets its pins. The policy comes from the policy cache and the
// response from the response cache: a poll itself reads and writes no store. It runs before Hono and loads no package.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { ok, type Result } from '../../../shared/domain/fault.ts';
import type { Catalogue } from '../../../shared/domain/models/catalogue.ts';
import type { Clock } from '../../../shared/ports.ts';
import type { Adoption } from '../../adoption/adoption.ts';
import { describeBug, type Log, traceOf } from '../../log.ts';
import { agentVersionOf } from '../agents/agent-version.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import type { Caller } from '../auth/caller.ts';
import { credentialOf } from '../auth/credential.ts';
import { type ApiFault, type ApiResult, failHttp } from '../problems/http-fault.ts';
import { sendProblem } from '../problems/problem.ts';
import { createSignatures, type SigningKeys } from '../signing/signatures.ts';
import type { RateLimiter } from '../traffic/rate-limit.ts';
import type { CachedPolicy, PolicyCache } from './policy-cache.ts';
import { createPollRequestReader, type PollRequest } from './poll-request.ts';
import { createResponseCache, type PollResponse, type ResponseCache } from './response-cache.ts';

interface PollPorts {
  readonly policyCache: PolicyCache;
  readonly authenticator: Authenticator;
  readonly rateLimiter: RateLimiter;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  readonly log: Log;
  readonly adoption: Adoption;
  /** The keys that sign responses; null when nothing is signed. */
  readonly keys: SigningKeys | null;
  /** The Google Cloud project that the log's trace names point to, or null. */
  readonly traceProject: string | null;
}

/** Returns null when the response was sent at once, else a promise of that, which never rejects. */
export type Poll = (
  request: IncomingMessage,
  response: ServerResponse,
  ifNoneMatch: string | undefined,
) => Promise<void> | null;

/** A request, and the response to write. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly ifNoneMatch: string | undefined;
}

export function createPoll(ports: PollPorts): Poll {
  const { policyCache, authenticator, rateLimiter, catalogue, clock, log, adoption, traceProject } = ports;
  const signatures = createSignatures(ports.keys, clock, log);
  const readPollRequest = createPollRequestReader();
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
    // Roles and policy may both wait for the store, so they wait at the same time.
    return Promise.all([caller, policyCache.current()]).then(async ([settled]) => {
      await serveCaller(exchange, settled);
    });
  }

  function serveCaller(exchange: Exchange, caller: ApiResult<Caller>): Promise<void> | null {
    if (!caller.ok) return refuse(exchange, caller.fault);
    const pollRequest = readPollRequest(exchange.request, caller.value);
    if (!pollRequest.ok) return refuse(exchange, pollRequest.fault);
    const seconds = rateLimiter.machine(caller.value.name, pollRequest.value.machine.name);
    if (seconds > 0) return refuse(exchange, { code: 'rate_limited', seconds });
    const policy = policyCache.current();
    if (!(policy instanceof Promise)) return respond(exchange, caller.value, pollRequest.value, policy);
    return policy.then(async (settled) => {
      await respond(exchange, caller.value, pollRequest.value, settled);
    });
  }

  function respond(
    exchange: Exchange,
    caller: Caller,
    pollRequest: PollRequest,
    policy: Result<CachedPolicy>,
  ): Promise<void> | null {
    if (!policy.ok) return refuse(exchange, policy.fault);
    const cache = responsesFor(policy.value);
    if (cache === null) return refuse(exchange, { code: 'no_policy' });
    const cached = cache.get(pollRequest);
    if (cached !== null) return send(exchange, cached);
    const allowed = allowVersion(caller, pollRequest);
    if (!allowed.ok) return refuse(exchange, allowed.fault);
    const fresh = cache.make(pollRequest);
    return fresh instanceof Promise ? fresh.then((settled) => void send(exchange, settled)) : send(exchange, fresh);
  }

  /** A version of Claude Code that the caller has not sent lately costs more: its responses are rendered and signed. */
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
    const agent = agentVersionOf(request.headers['user-agent']);
    log.info('poll', {
      status,
      machine,
      cli,
      agent,
      format,
      ring,
      revision,
      ...traceOf(request.headers, traceProject),
    });
    if (machine !== null) adoption.polled(machine, revision, ring, counters, agent);
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

/** Weak comparison with a list of tags or `*` (RFC 9110, 13.1.2). */
function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch === etag || ifNoneMatch === '*') return true;
  return ifNoneMatch.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}
