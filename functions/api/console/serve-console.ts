// Serves the files of the console to anybody: they hold no data. What a browser may do with them stands in the headers. Each
// request for data is a call of the API, with a credential of its own.

import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { takesBrotli } from '../../brotli.ts';
import { loadOnce } from '../caching/load-once.ts';
import { browserHeaders } from '../problems/browser-headers.ts';
import { sendProblem } from '../problems/problem.ts';
import { assetPrefix, type ConsoleFile, type LoadConsole, pageKey } from './console-files.ts';

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
  Vary: 'Accept-Encoding',
};

interface Prepared {
  readonly type: string;
  readonly etag: string;
  readonly plain: Buffer;
  readonly brotli: Buffer;
}

export type ServeConsole = (request: IncomingMessage, response: ServerResponse, path: string) => Promise<void>;

/** The files are loaded once; after a failure, with the next request again. */
export function createServeConsole(load: LoadConsole): ServeConsole {
  const files = loadOnce(async () => {
    const loaded = (await load()) ?? {};
    return new Map(Object.entries(loaded).map(([path, file]) => [path, prepare(file)] as const));
  });

  return async function serveConsole(request, response, path) {
    const { method = '' } = request;
    const isAsset = path.startsWith(assetPrefix);
    const file = (await files()).get(isAsset ? path : pageKey);
    if (file === undefined)
      return sendProblem(response, { code: 'route_unknown', path: path.slice(0, 200) }, method === 'HEAD');
    if (method !== 'GET' && method !== 'HEAD')
      return sendProblem(response, { code: 'method_unsupported', method, allowed: ['GET', 'HEAD'] });
    send(request, response, file, isAsset);
  };
}

function send({ method, headers: asked }: IncomingMessage, response: ServerResponse, file: Prepared, isAsset: boolean) {
  const caching = {
    // A new version of a file has another name. The page names them.
    'Cache-Control': isAsset ? 'public, max-age=31536000, immutable' : 'no-cache',
    ETag: file.etag,
  };
  if (asked['if-none-match'] === file.etag) {
    response.writeHead(304, { ...headers, ...caching });
    response.end();
    return;
  }
  const isBrotli = takesBrotli(String(asked['accept-encoding'] ?? ''));
  const body = isBrotli ? file.brotli : file.plain;
  response.writeHead(200, {
    ...headers,
    ...caching,
    'Content-Type': file.type,
    'Content-Length': String(body.length),
    ...(isBrotli ? { 'Content-Encoding': 'br' } : {}),
  });
  response.end(method === 'HEAD' ? undefined : body);
}

function prepare({ type, body, brotli }: ConsoleFile): Prepared {
  const plain = Buffer.from(body, 'base64');
  const etag = `"${createHash('sha256').update(plain).digest('hex').slice(0, 32)}"`;
  return { type, etag, plain, brotli: Buffer.from(brotli, 'base64') };
}
