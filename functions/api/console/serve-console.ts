// Serves the files of the console to anybody: they hold no data. What a browser may do with them stands in the headers. Each
// request for data is a call of the API, with a credential of its own.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { loadOnce } from '../caching/load-once.ts';
import { prepareBody, sendPrepared } from '../caching/prepared-body.ts';
import { browserHeaders } from '../problems/browser-headers.ts';
import { sendProblem } from '../problems/problem.ts';
import { assetPrefix, type LoadConsole, pageKey } from './console-files.ts';

/** The page may load and call this origin alone, and no text becomes markup or script. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

const headers = {
  ...browserHeaders,
  'Content-Security-Policy': policy,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

export type ServeConsole = (request: IncomingMessage, response: ServerResponse, path: string) => Promise<void>;

/** The files are loaded once; after a failure, with the next request again. */
export function createServeConsole(load: LoadConsole): ServeConsole {
  const files = loadOnce(async () => {
    const loaded = (await load()) ?? {};
    return new Map(
      Object.entries(loaded).map(([path, { type, body, brotli }]) => [
        path,
        prepareBody(type, Buffer.from(body, 'base64'), Buffer.from(brotli, 'base64')),
      ]),
    );
  });

  return async function serveConsole(request, response, path) {
    const { method = '' } = request;
    const isAsset = path.startsWith(assetPrefix);
    const file = (await files()).get(isAsset ? path : pageKey);
    if (file === undefined)
      return sendProblem(response, { code: 'route_unknown', path: path.slice(0, 200) }, method === 'HEAD');
    if (method !== 'GET' && method !== 'HEAD')
      return sendProblem(response, { code: 'method_unsupported', method, allowed: ['GET', 'HEAD'] });
    // A new version of an asset has another name, and the page names it.
    const caching = isAsset ? 'public, max-age=31536000, immutable' : 'no-cache';
    sendPrepared(request, response, file, { ...headers, 'Cache-Control': caching });
  };
}
