// The api function: answers polls itself and passes every other request to the app. The app is loaded with its first
// request: an instance that starts for a poll answers sooner without it.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { catalogueAsOf, shippedCatalogue } from '../../shared/catalogue/catalogue.ts';
import type { Clock, Store } from '../../shared/ports.ts';
import type { Adoption } from '../adoption/adoption.ts';
import { watchWrites } from '../commands/watched-writes.ts';
import { describeBug, type Log } from '../log.ts';
import type { LoadAgents } from './agents/agent-files.ts';
import type { Authenticator } from './auth/authenticator.ts';
import type { Caller } from './auth/caller.ts';
import { credentialOf } from './auth/credential.ts';
import { refuseCrossSite } from './auth/cross-site.ts';
import { isConsolePath, type LoadConsole } from './console/console-files.ts';
import type { ServeConsole } from './console/serve-console.ts';
import { createPolicyCache } from './polls/policy-cache.ts';
import { createPoll } from './polls/poll.ts';
import { isPoll } from './polls/poll-request.ts';
import { type ApiFault, type ApiResult, failHttp } from './problems/http-fault.ts';
import { sendProblem } from './problems/problem.ts';
import type { SigningKeys } from './signing/signatures.ts';
import { createAdmission, type RouteNeeds } from './traffic/admission.ts';
import { readBody, skipBody, type WithRawBody } from './traffic/body.ts';
import { sent } from './traffic/connection.ts';
import { createLoadShedding, type RequestClass } from './traffic/load-shedding.ts';
import { createRateLimiter } from './traffic/rate-limit.ts';
import { readTarget } from './traffic/request-target.ts';

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
  readonly loadConsole: LoadConsole;
  readonly loadAgents: LoadAgents;
  readonly serviceUrl: () => string | null;
  /** Sends the events of a committed change. It never rejects, and it has a time-out because the admin waits for it. */
  readonly afterCommit: () => Promise<void>;
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

interface LoadedApp {
  readonly needsOf: (method: string, path: string) => RouteNeeds;
  /** The app's handler for one request, whose caller has been identified. */
  readonly listenerFor: (caller: ApiResult<Caller>) => Listener;
}

/** The caller of a route that anybody may call: nothing is looked up, which could take long. */
const nobody: ApiResult<Caller> = failHttp({ code: 'unauthenticated', defect: 'missing' });

export function createApi(ports: ApiPorts): Handler {
  const { authenticator, clock, log } = ports;
  const { store, canWrite } = watchWrites(ports.store, clock);
  const loadShedding = createLoadShedding({ log });
  const policyCache = createPolicyCache(store, clock);
  const rateLimiter = createRateLimiter(clock);
  const shared = { ...ports, store, policyCache, rateLimiter, catalogue: shippedCatalogue };
  const poll = createPoll(shared);
  const admission = createAdmission(rateLimiter);
  let app: Promise<LoadedApp> | null = null;
  let serveConsole: Promise<ServeConsole> | null = null;

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

  function serveCall(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    return isConsolePath(path) ? servePage(request, response, path) : serve(request, response, path);
  }

  /** Who may call is decided before a byte of the body is read, which may be slow. */
  async function serve(request: WithRawBody, response: ServerResponse, path: string): Promise<void> {
    app ??= loadApp();
    const { needsOf, listenerFor } = await app;
    // With an absolute address, Hono reads no Host header, which may be missing or no host at all.
    request.url = `http://localhost${request.url}`;
    const needs = needsOf(request.method ?? '', path);
    const caller = needs.role === null ? nobody : await callerOf(request);
    const admitted = admission.enter(needs, caller);
    if (!admitted.ok) return refuse(request, response, admitted.fault);
    try {
      const body = needs.hasBody ? await readBody(request) : skipBody(request);
      if (!body.ok) return refuse(request, response, body.fault);
      await serveAdmitted(request, response, admitted.value.requestClass, listenerFor(caller));
    } finally {
      admitted.value.leave();
    }
  }

  async function callerOf(request: IncomingMessage): Promise<ApiResult<Caller>> {
    const credential = credentialOf(request);
    const identified = await authenticator.identify(credential);
    return identified.ok ? refuseCrossSite(request, credential, identified) : identified;
  }

  async function serveAdmitted(
    request: IncomingMessage,
    response: ServerResponse,
    requestClass: RequestClass | null,
    listener: Listener,
  ): Promise<void> {
    if (requestClass === null) {
      await listener(request, response);
      return;
    }
    const seconds = loadShedding.acquire(requestClass);
    if (seconds > 0) return refuse(request, response, { code: 'overloaded', seconds });
    try {
      await listener(request, response);
      // What anybody may ask for is the same bytes for all, so a client that reads slowly holds nothing.
      if (requestClass !== 'open') await sent(response);
    } finally {
      loadShedding.release(requestClass);
    }
  }

  /** For anybody, in the slots of such calls. */
  function servePage(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    return serveAdmitted(request, response, 'open', async () => {
      serveConsole ??= import('./console/serve-console.ts').then((module) =>
        module.createServeConsole(ports.loadConsole),
      );
      await (await serveConsole)(request, response, path);
    });
  }

  async function loadApp(): Promise<LoadedApp> {
    const [{ createApp }, { getRequestListener }] = await Promise.all([
      import('./admin/app.ts'),
      import('@hono/node-server'),
    ]);
    const { app, needsOf } = createApp({
      ...shared,
      catalogueAsOf,
      canWrite,
      adminTokenLastDay: authenticator.adminTokenLastDay,
      firstOwners: authenticator.firstOwners,
      onAccess: authenticator.setAccess,
    });
    const options = { overrideGlobalObjects: false };
    return {
      needsOf,
      listenerFor: (caller) => (incoming, response) =>
        getRequestListener((request) => app.fetch(request, { caller, response }), options)(incoming, response),
    };
  }

  return function api(request, response) {
    const target = readTarget(request);
    if (!target.ok) return refuse(request, response, target.fault);
    // Rate limits, admission and Hono all read this one.
    request.url = target.value;
    const isPollTarget = isPoll(target.value);
    const ifNoneMatch = request.headers['if-none-match'];
    if (loadShedding.shed(request, response, isPollTarget ? pollClassOf(ifNoneMatch) : null)) return;
    if (isPollTarget) servePoll(request, response, ifNoneMatch);
    else serveCall(request, response, pathOf(target.value)).catch((error) => reportBug(response, error));
  };

  function reportBug(response: ServerResponse, error: unknown): void {
    log.error('bug', { error: describeBug(error) });
    if (!response.headersSent) sendProblem(response, { code: 'internal' });
  }
}

function pathOf(target: string): string {
  const query = target.indexOf('?');
  return query === -1 ? target : target.slice(0, query);
}

/** A machine that already has pins sends their ETag to refresh them. */
function pollClassOf(ifNoneMatch: string | undefined): 'login' | 'refresh' {
  return ifNoneMatch === undefined ? 'login' : 'refresh';
}

function refuse(request: IncomingMessage, response: ServerResponse, fault: ApiFault): void {
  sendProblem(response, fault, request.method === 'HEAD');
}
