// The api function: polls first, everything else to the app, which is loaded when it is first needed so that an instance
// that starts for a poll answers it sooner.

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
  /** What answers are signed with; null for nothing. */
  readonly keys: SigningKeys | null;
  /** The Google Cloud project whose traces the log names, or null. */
  readonly traceProject: string | null;
  /** Sends out what a change committed; never fails, and waits no longer than an admin should. */
  readonly afterCommit: () => Promise<void>;
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** The app for one request, whose caller is known. */
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
    const waiting = poll(request, response, ifNoneMatch);
    if (waiting === null) loadShedding.release(requestClass);
    else waiting.finally(() => loadShedding.release(requestClass));
  }

  /** The caller's role decides which requests it competes with, before a body is read that may take its time. */
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

/** A machine that has pins already sends their ETag: it refreshes them. */
function pollClassOf(ifNoneMatch: string | undefined): 'login' | 'refresh' {
  return ifNoneMatch === undefined ? 'login' : 'refresh';
}

/** Every machine may send reports, so they don't compete with admins, whoever sends them. */
function isReport({ url = '' }: IncomingMessage): boolean {
  return url.startsWith('/v1/reports');
}

function refuse(request: IncomingMessage, response: ServerResponse, fault: ApiFault): void {
  sendProblem(response, fault, request.method === 'HEAD');
}
