// The life of a process that the functions-framework runs: on SIGTERM (Cloud Run gives ten seconds) what is under way is
// answered and the stores are closed, and a promise that a client library lost ends nothing. Left to itself the framework
// answers the latest request with 500 and exits at once in both cases.

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Server } from 'node:http';
import type { Log } from './log.ts';
import { describeBug } from './log.ts';

/** Cloud Run kills after ten seconds. */
const drainWithinMs = 9_000;

export function handleShutdown(close: () => Promise<void>, log: Log): void {
  const servers = new Set<Server>();
  const channel = 'http.server.request.start';
  subscribe(channel, function note(message) {
    // The process has one server; a channel that somebody listens to costs every request.
    unsubscribe(channel, note);
    // Node documents the message of this channel as having the server.
    servers.add((message as { server: Server }).server);
  });
  let isDraining = false;
  const drain = (): void => {
    if (isDraining) return;
    isDraining = true;
    Promise.all([...servers].map(stop))
      .then(close)
      .finally(() => process.exit(0));
  };
  const noteLost = (error: unknown): void => log.error('bug', { error: describeBug(error), lost: true });
  const own = new Map<string | symbol, (about: unknown) => void>([
    ['SIGTERM', drain],
    ['SIGINT', drain],
    ['unhandledRejection', noteLost],
  ]);
  process.on('newListener', (name, listener) => {
    // The framework adds its own once it listens; a listener can only be removed after it has been added.
    if (own.has(name) && listener !== own.get(name)) process.nextTick(() => process.off(name, listener));
  });
  for (const [name, listener] of own) process.on(name, listener);
}

/** Takes no new connection, answers what is under way, then breaks off what is left. */
export async function stop(server: Server): Promise<void> {
  const timer = setTimeout(() => server.closeAllConnections(), drainWithinMs);
  // A connection whose answer is out stays open for the next request, which will not be taken.
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  await new Promise((resolve) => server.close(resolve));
  clearInterval(sweep);
  clearTimeout(timer);
}
