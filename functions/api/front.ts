// Keeps request bodies and paths from the functions-framework. It would parse bodies before the app sees them, answer
// malformed JSON and percent signs with HTML, and buffer up to 1 GiB; so what announces a body is taken off the request
// as it comes in and given back when the app has it. See "cursed knowledge" in the README.

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, Server } from 'node:http';

interface Taken {
  readonly headers: Readonly<Record<string, string>>;
  readonly url: string;
}

const announcing = ['content-type', 'content-length', 'transfer-encoding', 'content-encoding'] as const;
const taken = new WeakMap<IncomingMessage, Taken>();

/** For a server of our own making (npm start, tests): call it once, after the framework has made the server. */
export function frontServer(server: Server): void {
  server.prependListener('request', take);
}

/** For a process that the functions-framework started to serve the api and nothing else: it owns the server. */
export function frontProcess(): void {
  const channel = 'http.server.request.start';
  subscribe(channel, function front(message) {
    // The process has one server; a channel that somebody listens to costs every request.
    unsubscribe(channel, front);
    // Node documents the message of this channel as having the server.
    frontServer((message as { server: Server }).server);
  });
}

/** Puts back what was taken; the handler calls it first. */
export function giveBack(request: IncomingMessage): void {
  const kept = taken.get(request);
  if (kept === undefined) return;
  Object.assign(request.headers, kept.headers);
  request.url = kept.url;
}

function take(request: IncomingMessage): void {
  const { headers, url = '/' } = request;
  const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
  const isPlain = !url.includes('%') && url !== '/favicon.ico' && url !== '/robots.txt';
  if (!hasBody && isPlain) return;
  const kept: Record<string, string> = {};
  for (const name of announcing) {
    const value = headers[name];
    if (value === undefined) continue;
    kept[name] = value;
    delete headers[name];
  }
  taken.set(request, { headers: kept, url });
  if (!isPlain) request.url = '/';
}
