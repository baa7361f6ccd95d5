// A prepared body: what anybody may ask for, as bytes that are made and compressed once. All responses share the same bytes, so a
// client that asks often, or doesn't read what it asked for, costs no memory and hardly any time.

import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { takesBrotli, withBrotli } from '../../brotli.ts';

export interface PreparedBody {
  /** With the charset. */
  readonly type: string;
  /** Of the bytes before compression. */
  readonly etag: string;
  readonly plain: Buffer;
  /** Null when compression isn't worth the time. */
  readonly brotli: Uint8Array | null;
}

export function prepareBody(type: string, plain: Buffer, brotli: PreparedBody['brotli']): PreparedBody {
  const etag = `"${createHash('sha256').update(plain).digest('hex').slice(0, 32)}"`;
  return { type, etag, plain, brotli };
}

/** Returns a function that prepares the text of a path, and again only when it has changed. Give it few paths: all are kept. */
export function createPreparedTexts(): (path: string, type: string, text: string) => Promise<PreparedBody> {
  const last = new Map<string, { readonly text: string; readonly body: Promise<PreparedBody> }>();
  return (path, type, text) => {
    const known = last.get(path);
    if (known?.text === text) return known.body;
    const body = withBrotli(text).then((brotli) => prepareBody(type, Buffer.from(text), brotli));
    last.set(path, { text, body });
    return body;
  };
}

/** Answers a GET or HEAD: 304 to a client that names the ETag, else 200 with the bytes in the form that it takes. */
export function sendPrepared(
  { method, headers: asked }: Pick<IncomingMessage, 'method' | 'headers'>,
  response: ServerResponse,
  { type, etag, plain, brotli }: PreparedBody,
  headers: Readonly<Record<string, string>>,
): void {
  const common = { ...headers, Vary: 'Accept-Encoding', ETag: etag };
  if (asked['if-none-match'] === etag) {
    response.writeHead(304, common);
    response.end();
    return;
  }
  const compressed = brotli !== null && takesBrotli(String(asked['accept-encoding'] ?? '')) ? brotli : null;
  const body = compressed ?? plain;
  response.writeHead(200, {
    ...common,
    'Content-Type': type,
    'Content-Length': String(body.length),
    ...(compressed === null ? {} : { 'Content-Encoding': 'br' }),
  });
  response.end(method === 'HEAD' ? undefined : body);
}
