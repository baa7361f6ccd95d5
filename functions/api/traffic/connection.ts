// A connection: what its client may make the service keep, by asking without reading the answers.

import { once } from 'node:events';
import type { RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Requests of one connection that may wait. No known client of the API sends a second one before it has its answer. */
export const maxWaiting = 8;

/**
 * Serves the requests of a connection one at a time, each when its answer can be sent. Otherwise a client that reads nothing could have
 * any number of answers made and kept. A connection on which too many requests wait is closed.
 */
export function serveInTurn(listener: RequestListener): RequestListener {
  const waiting = new WeakMap<Socket, number>();
  return (request, response) => {
    // Node gives a response its socket when it is the next one to be written on it.
    if (response.socket !== null) {
      listener(request, response);
      return;
    }
    const { socket } = request;
    const others = waiting.get(socket) ?? 0;
    if (others >= maxWaiting) {
      socket.destroy();
      return;
    }
    waiting.set(socket, others + 1);
    response.once('socket', () => {
      waiting.set(socket, (waiting.get(socket) ?? 1) - 1);
      listener(request, response);
    });
  };
}

/** Resolves when a response is out of this process' memory, or its connection is gone. */
export async function sent(response: ServerResponse): Promise<void> {
  if (!response.writableFinished && !response.destroyed) await once(response, 'close');
}
