// The HTTP server: the functions-framework starts it, and the api takes over its requests. Behind the framework, bodies
// of up to 1 GiB would be parsed before the app sees them, and malformed JSON would be answered with HTML. Its Express,
// domains and async hooks would cost a poll three times its own time. (Seen with functions-framework 5.0.5.)

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { RequestListener, Server } from 'node:http';

/**
 * Time-outs in milliseconds, which Node checks every 30 seconds, and counts. Headers also have Node's limit of 16 KiB;
 * Cloud Run passes on about 20. A connection over `maxConnections` is closed at once.
 */
export const connectionLimits = {
  headersTimeout: 10_000,
  requestTimeout: 20_000,
  maxHeadersCount: 100,
  maxConnections: 2_000,
} as const;

type ConnectionLimits = Readonly<Record<keyof typeof connectionLimits, number>>;

/** For a server that the caller made (npm start, tests). Call it once, after the framework has made its server. */
export function attachToServer(
  server: Server,
  api: RequestListener,
  limits: ConnectionLimits = connectionLimits,
): void {
  Object.assign(server, limits);
  server.removeAllListeners('request');
  server.on('request', api);
}

/** For a process that the functions-framework started only to serve the api. */
export function takeOverServer(api: RequestListener): void {
  const channel = 'http.server.request.start';
  subscribe(channel, function takeOver(message) {
    // The process has one server, and a channel with a subscriber costs time at every request.
    unsubscribe(channel, takeOver);
    // Node documents that the message has the server. The `request` event of this first request comes after it.
    attachToServer((message as { server: Server }).server, api);
  });
}
