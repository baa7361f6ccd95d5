// Puts the api in front of the functions-framework on its own server: the framework starts the process, the api answers.
// Behind the framework, bodies would be parsed before the app sees them (up to 1 GiB, malformed JSON answered with HTML) and
// a poll would pay three times its own cost for Express, domains and async hooks. (functions-framework 5.0.5)

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { RequestListener, Server } from 'node:http';

/**
 * What a connection may take: Node looks every 30 seconds for headers and requests that are late. Node's own limit of 16 KiB
 * on headers stands; Cloud Run hands on some 20 of them. Connections beyond are closed as they come.
 */
export const connectionLimits = {
  headersTimeout: 10_000,
  requestTimeout: 20_000,
  maxHeadersCount: 100,
  maxConnections: 2_000,
} as const;

type ConnectionLimits = Readonly<Record<keyof typeof connectionLimits, number>>;

/** For a server of our own making (npm start, tests): call it once, after the framework has made the server. */
export function attachToServer(
  server: Server,
  api: RequestListener,
  limits: ConnectionLimits = connectionLimits,
): void {
  Object.assign(server, limits);
  server.removeAllListeners('request');
  server.on('request', api);
}

/** For a process that the functions-framework started to serve the api and nothing else: it owns the server. */
export function takeOverServer(api: RequestListener): void {
  const channel = 'http.server.request.start';
  subscribe(channel, function front(message) {
    // The process has one server; a channel that somebody listens to costs every request.
    unsubscribe(channel, front);
    // Node documents the message of this channel as having the server. The event of this first request follows.
    attachToServer((message as { server: Server }).server, api);
  });
}
