// Graceful shutdown of a process that the functions-framework runs. On SIGTERM it answers running requests, then closes
// the stores. An unhandled rejection from a client library is logged and ends nothing. The framework's own handlers
// answer the latest request with 500 and exit at once in both cases, so they are removed.

import type { Server } from 'node:http';
import { withTimeout } from '../shared/with-timeout.ts';
import { takeNextServer } from './framework-server.ts';
import type { Log } from './log.ts';
import { describeBug } from './log.ts';

/** Running requests get this long. Cloud Run kills the process ten seconds after SIGTERM. */
const maxDrainMs = 7_000;
/** Draining and closing together. A store that can't be reached may take longer to close. */
const maxShutdownMs = 9_000;

export function handleShutdown(close: () => Promise<void>, log: Log): void {
  const servers = new Set<Server>();
  takeNextServer((server) => servers.add(server));
  let isDraining = false;
  const drain = (): void => {
    if (isDraining) return;
    isDraining = true;
    shutDown([...servers], close, log).finally(() => process.exit(0));
  };
  const logRejection = (error: unknown): void => log.error('bug', { error: describeBug(error), lost: true });
  const ownListeners = new Map<string | symbol, (reason: unknown) => void>([
    ['SIGTERM', drain],
    ['SIGINT', drain],
    ['unhandledRejection', logRejection],
  ]);
  process.on('newListener', (name, listener) => {
    // The framework adds its listeners when it starts to listen. A listener can only be removed after it was added.
    if (ownListeners.has(name) && listener !== ownListeners.get(name))
      process.nextTick(() => process.off(name, listener));
  });
  for (const [name, listener] of ownListeners) process.on(name, listener);
}

/** Answers running requests, then closes the stores. Resolves after 9 s at the latest, whatever hangs. */
export async function shutDown(servers: readonly Server[], close: () => Promise<void>, log: Log): Promise<void> {
  const closed = Promise.all(servers.map(stop)).then(close);
  await withTimeout(closed, maxShutdownMs, () => log.info('shutdown cut off', { afterMs: maxShutdownMs }));
}

/** Accepts no new connection and answers running requests. After 7 s it closes the connections that are left. */
export async function stop(server: Server): Promise<void> {
  const timer = setTimeout(() => server.closeAllConnections(), maxDrainMs);
  // A keep-alive connection becomes idle after its response. Close it, or the server would wait for it.
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  await new Promise((resolve) => server.close(resolve));
  clearInterval(sweep);
  clearTimeout(timer);
}
