// The HTTP server: the functions-framework starts it, and the api takes over its requests. Behind the framework, bodies
// of up to 1 GiB would be parsed before the app sees them, and malformed JSON would be answered with HTML. Its Express,
// domains and async hooks would cost a poll three times its own time. (Seen with functions-framework 5.0.5.)

import type { RequestListener, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { HttpFault } from './problems/http-fault.ts';
import { problemResponse, sendProblem } from './problems/problem.ts';
import { serveInTurn } from './traffic/connection.ts';

// An import would read all that node:http exports, and so load undici for its WebSocket: a seventh of a start. (Node 24)
const { maxHeaderSize, STATUS_CODES } = process.getBuiltinModule('node:http');

/**
 * Time-outs in milliseconds, which Node checks every 30 seconds, and counts. Headers also have Node's limit of 16 KiB;
 * Cloud Run passes on about 20. A connection over `maxConnections` is closed at once.
 */
export const connectionLimits = {
  headersTimeout: 10_000,
  requestTimeout: 20_000,
  /** Of a connection on which nothing moves, such as one whose client doesn't read its response. No call takes as long. */
  timeout: 60_000,
  maxHeadersCount: 100,
  maxConnections: 2_000,
} as const;

type ConnectionLimits = Readonly<Record<keyof typeof connectionLimits, number>>;

/** Lets the api answer what reaches the server, also what is no request. Call it once, before the server listens. */
export function attachToServer(
  server: Server,
  api: RequestListener,
  limits: ConnectionLimits = connectionLimits,
): void {
  // The api itself refuses a request without Host.
  Object.assign(server, limits, { requireHostHeader: false });
  server.removeAllListeners('request');
  server.on('request', serveInTurn(api));
  server.on('clientError', refuseUnreadable);
  server.on('checkExpectation', (_, response) => sendProblem(response, { code: 'expectation_unsupported' }));
  server.on('connect', (_, socket) =>
    endWith(socket, { code: 'method_unsupported', method: 'CONNECT', allowed: ['GET'] }),
  );
}

/** Source of the codes: https://nodejs.org/api/http.html#event-clienterror */
const unreadable: Readonly<Record<string, HttpFault>> = {
  HPE_HEADER_OVERFLOW: { code: 'headers_too_large', limitBytes: maxHeaderSize },
  ERR_HTTP_REQUEST_TIMEOUT: { code: 'request_too_slow' },
};

/** What Node's parser can't read, or waited for too long. Node itself would answer it without a body. */
function refuseUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  // The response to which Node is writing on this socket; Node's own listener reads it, too. It is not in the types.
  const { _httpMessage: response } = socket as { _httpMessage?: ServerResponse | null };
  if (socket.writable && response?.headersSent !== true) {
    endWith(socket, unreadable[error.code ?? ''] ?? { code: 'request_malformed' });
  } else {
    socket.destroy();
  }
}

/** Sends a problem where there is no response object, and closes the connection. */
function endWith(socket: Duplex, fault: HttpFault): void {
  const { status, headers, body } = problemResponse(fault);
  const lines = Object.entries({ ...headers, Connection: 'close' }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n`);
  socket.end(body, () => socket.destroy());
}
