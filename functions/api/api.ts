// The api function: answers polls itself and passes every other request to the app. The app is loaded with its first
// request: an instance that starts for a poll answers sooner without it.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { catalogueAsOf, shippedCatalogue } from '../../shared/catalogue/catalogue.ts';
import { isAtLeast } from '../../shared/domain/access/roles.ts';
import type { Clock, Store } from '../../shared/ports.ts';
import type { Adoption } from '../adoption/adoption.ts';
import type { Log } from '../log.ts';
import { describeBug } from '../log.ts';
import type { Authenticator } from './auth/authenticator.ts';
import type { Caller } from './auth/caller.ts';
import { credentialOf } from './auth/credential.ts';
import { createPolicyCache } from './polls/policy-cache.ts';
import { createPoll } from './polls/poll.ts';
import { isPoll } from './polls/poll-request.ts';
import type { ApiFault, ApiResult } from './problems/http-fault.ts';
import { sendProblem } from './problems/problem.ts';
import type { SigningKeys } from './signing/signatures.ts';
import { readBody, type WithRawBody } from './traffic/body.ts';
import { createLoadShedding } from './traffic/load-shedding.ts';
import { createRateLimiter } from './traffic/rate-limit.ts';

interface ApiPorts {
  readonly store: Store;
  readonly authenticator: Authenticator;
  readonly clock: Clock;
  readonly log: Log;
  readonly adoption: Adoption;
  /** The keys that sign responses; null when nothing is signed. */
  readonly keys: SigningKeys | null;
  /** The Google Cloud project that the log's trace names point to, or null. */
  readonly traceProject: string | null;
  /** Sends the events of a committed change. It never rejects, and it has a time-out because the admin waits for it. */
  readonly afterCommit: () => Promise<void>;
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Gives the app's handler for one request, whose caller has been identified. */
type ServeCaller = (caller: ApiResult<Caller>) => (request: IncomingMessage, response: ServerResponse) => unknown;

export function createApi(ports: ApiPorts): Handler {
  const { authenticator, store, clock, log } = ports;
  const loadShedding = createLoadShedding({ log });
  const policyCache = createPolicyCache(store, clock);
  const rateLimiter = createRateLimiter(clock);
  const shared = { ...ports, policyCache, rateLimiter, catalogue: shippedCatalogue };
  const poll = createPoll(shared);
  let app: Promise<ServeCaller> | null = null;

  function servePoll(request: IncomingMessage, response: ServerResponse, ifNoneMatch: string | undefined): void {
    const requestClass = pollClassOf(ifNoneMatch);
    const seconds = loadShedding.acquire(requestClass);
    if (seconds > 0) {
      refuse(request, response, { code: 'overloaded', seconds });
      return;
    }
    const pending = poll(request, response, ifNoneMatch);
    if (pending === null) loadShedding.release(requestClass);
    else pending.finally(() => loadShedding.release(requestClass));
  }

  /** The caller's role decides the request class. Both are known before the body is read, which may be slow. */
  async function serve(request: WithRawBody, response: ServerResponse): Promise<void> {
    const caller = await authenticator.identify(credentialOf(request));
    const isAdmin = caller.ok && isAtLeast(caller.value.role, 'reader') && !isReport(request);
    const wait = isAdmin ? rateLimiter.caller(caller.value.name) : 0;
    if (wait > 0) return refuse(request, response, { code: 'rate_limited', seconds: wait });
    const requestClass = isAdmin ? 'admin' : 'other';
    const seconds = loadShedding.acquire(requestClass);
    if (seconds > 0) return refuse(request, response, { code: 'overloaded', seconds });
    try {
      const body = await readBody(request);
      if (!body.ok) return refuse(request, response, body.fault);
      app ??= loadApp();
      await (await app)(caller)(request, response);
    } finally {
      loadShedding.release(requestClass);
    }
  }

  async function loadApp(): Promise<ServeCaller> {
    const [{ createApp }, { getRequestListener }] = await Promise.all([
      import('./admin/app.ts'),
      import('@hono/node-server'),
    ]);
    const { fetch } = createApp({ ...shared, catalogueAsOf, onAccess: authenticator.setAccess });
    return (caller) => getRequestListener((request) => fetch(request, { caller }), { overrideGlobalObjects: false });
  }

  return function api(request, response) {
    const { url = '', headers } = request;
    const isPollUrl = isPoll(url);
    const ifNoneMatch = headers['if-none-match'];
    if (loadShedding.shed(request, response, isPollUrl ? pollClassOf(ifNoneMatch) : null)) return;
    if (isPollUrl) return servePoll(request, response, ifNoneMatch);
    serve(request, response).catch((error) => {
      log.error('bug', { error: describeBug(error) });
      if (!response.headersSent) sendProblem(response, { code: 'internal' });
    });
  };
}

/** A machine that already has pins sends their ETag to refresh them. */
function pollClassOf(ifNoneMatch: string | undefined): 'login' | 'refresh' {
  return ifNoneMatch === undefined ? 'login' : 'refresh';
}

/** Machines send reports in large numbers. A report takes no slot of admin calls, even with an admin's credential. */
function isReport({ url = '' }: IncomingMessage): boolean {
  return url.startsWith('/v1/reports');
}

function refuse(request: IncomingMessage, response: ServerResponse, fault: ApiFault): void {
  sendProblem(response, fault, request.method === 'HEAD');
}
