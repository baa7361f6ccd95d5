// The api function: polls first, everything else to the app, which is loaded when it is first needed so that an instance
// that starts for a poll answers it sooner.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { catalogueAsOf, shippedCatalogue } from '../../shared/catalogue/catalogue.ts';
import type { Clock, Store } from '../../shared/ports.ts';
import type { Log } from '../log.ts';
import type { Adoption } from './adoption.ts';
import { readBody, type WithRawBody } from './body.ts';
import type { Callers } from './caller.ts';
import { createPoll } from './poll.ts';
import { describeBug, sendProblem } from './problem.ts';
import type { Keys } from './signatures.ts';
import { createSnapshot } from './snapshot.ts';

export interface ApiPorts {
  readonly store: Store;
  readonly callers: Callers;
  readonly clock: Clock;
  readonly log: Log;
  readonly adoption: Adoption;
  /** What answers are signed with; null for nothing. */
  readonly keys: Keys | null;
  /** The Google Cloud project whose traces the log names, or null. */
  readonly traceProject: string | null;
  /** Sends out what a change committed; never fails, and waits no longer than an admin should. */
  readonly afterCommit: () => Promise<void>;
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export function createApi(ports: ApiPorts): Handler {
  const snapshot = createSnapshot(ports.store, ports.clock);
  const poll = createPoll({ ...ports, snapshot, catalogue: shippedCatalogue });
  let app: Promise<Handler> | null = null;

  async function serve(request: WithRawBody, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    if (!body.ok) return sendProblem(response, body.fault, request.method === 'HEAD');
    app ??= loadApp();
    const listener = await app;
    listener(request, response);
  }

  async function loadApp(): Promise<Handler> {
    const [{ createApp }, { getRequestListener }] = await Promise.all([
      import('./app.ts'),
      import('@hono/node-server'),
    ]);
    const { fetch } = createApp({ ...ports, snapshot, catalogue: shippedCatalogue, catalogueAsOf });
    return getRequestListener(fetch, { overrideGlobalObjects: false });
  }

  return function api(request, response) {
    if (poll(request, response)) return;
    serve(request, response).catch((error) => {
      ports.log.error('bug', { error: describeBug(error) });
      if (!response.headersSent) sendProblem(response, { code: 'internal' });
    });
  };
}
