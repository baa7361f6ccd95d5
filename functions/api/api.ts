// The api function: polls first, everything else to the app, which is loaded when it is first needed so that an instance
// that starts for a poll answers it sooner.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { catalogueAsOf, shippedCatalogue } from '../../shared/catalogue/catalogue.ts';
import { isAtLeast } from '../../shared/domain/access/roles.ts';
import type { Fault } from '../../shared/domain/fault.ts';
import type { Clock, Store } from '../../shared/ports.ts';
import type { Adoption } from '../adoption/adoption.ts';
import type { Log } from '../log.ts';
import { describeBug } from '../log.ts';
import type { Authenticator } from './auth/authenticator.ts';
import { credentialOf } from './auth/credential.ts';
import { createPolicyCache } from './polls/policy-cache.ts';
import { createPoll } from './polls/poll.ts';
import { isPoll } from './polls/poll-request.ts';
import { sendProblem } from './problems/problem.ts';
import type { SigningKeys } from './signing/signatures.ts';
import { readBody, type WithRawBody } from './traffic/body.ts';
import { createLoadShedding } from './traffic/load-shedding.ts';
import { createRates } from './traffic/rate-limit.ts';

export interface ApiPorts {
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

type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

export function createApi(ports: ApiPorts): Handler {
  const { authenticator, log } = ports;
  const overload = createLoadShedding({ log });
  const policyCache = createPolicyCache(ports.store, ports.clock);
  const poll = createPoll({ ...ports, policyCache, catalogue: shippedCatalogue });
  const rates = createRates(ports.clock);
  let app: Promise<Listener> | null = null;

  function servePoll(request: IncomingMessage, response: ServerResponse): void {
    const requestClass = request.headers['if-none-match'] === undefined ? 'login' : 'refresh';
    const seconds = overload.acquire(requestClass);
    if (seconds > 0) {
      refuse(request, response, { code: 'overloaded', seconds });
      return;
    }
    const waiting = poll(request, response);
    if (waiting instanceof Promise) waiting.finally(() => overload.release(requestClass));
    else overload.release(requestClass);
  }

  /** Who asks decides about the place, before a body is read that may take its time. */
  async function serve(request: WithRawBody, response: ServerResponse): Promise<void> {
    const caller = await authenticator.identify(credentialOf(request));
    const isAdmin = caller.ok && isAtLeast(caller.value.role, 'reader') && !isReport(request);
    const wait = isAdmin ? rates.caller(caller.value).take() : 0;
    if (wait > 0) return refuse(request, response, { code: 'rate_limited', seconds: wait });
    const requestClass = isAdmin ? 'admin' : 'other';
    const seconds = overload.acquire(requestClass);
    if (seconds > 0) return refuse(request, response, { code: 'overloaded', seconds });
    try {
      const body = await readBody(request);
      if (!body.ok) return refuse(request, response, body.fault);
      app ??= loadApp();
      await (await app)(request, response);
    } finally {
      overload.release(requestClass);
    }
  }

  async function loadApp(): Promise<Listener> {
    const [{ createApp }, { getRequestListener }] = await Promise.all([
      import('./admin/app.ts'),
      import('@hono/node-server'),
    ]);
    const { fetch } = createApp({ ...ports, policyCache, catalogue: shippedCatalogue, catalogueAsOf });
    return getRequestListener(fetch, { overrideGlobalObjects: false });
  }

  return function api(request, response) {
    if (overload.shed(request, response)) return;
    if (isPoll(request.url ?? '')) return servePoll(request, response);
    serve(request, response).catch((error) => {
      log.error('bug', { error: describeBug(error) });
      if (!response.headersSent) sendProblem(response, { code: 'internal' });
    });
  };
}

/** What every machine may send: it must not take the places of admins, whoever sends it. */
function isReport({ url = '' }: IncomingMessage): boolean {
  return url.startsWith('/v1/reports');
}

function refuse(request: IncomingMessage, response: ServerResponse, fault: Fault): void {
  sendProblem(response, fault, request.method === 'HEAD');
}
