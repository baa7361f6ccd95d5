// Request bodies: reads one with a size limit, before Hono does. @hono/node-server uses `rawBody` where it is set. Over
// the limit the rest is not read, and the connection is closed with the response: endless data costs nothing.

import type { IncomingMessage } from 'node:http';
import { ok } from '../../../shared/domain/fault.ts';
import { type ApiResult, failHttp } from '../problems/http-fault.ts';

/** A request with the field in which @hono/node-server finds a body that was already read. */
export interface WithRawBody extends IncomingMessage {
  rawBody?: Buffer;
}

// `hono/body-limit` makes a Request of a Request, which fails under @hono/node-server. (hono 4.13.19)
const bodyLimitBytes = 256 * 1024;

/** From the first to the last byte. Each place of a caller is held no longer than this by a slow body. */
const bodyWithinMs = 5_000;

const tooLarge = failHttp({ code: 'body_too_large', limitBytes: bodyLimitBytes });

/** Sets `rawBody`. Faults: `body_too_large`, `body_too_slow`, and `body_cut_off` when the connection ended early. */
export function readBody(request: WithRawBody): Promise<ApiResult<null>> {
  if (Number(request.headers['content-length'] ?? 0) > bodyLimitBytes) return Promise.resolve(tooLarge);
  const { promise, resolve } = Promise.withResolvers<ApiResult<null>>();
  const timer = setTimeout(
    () => resolve(failHttp({ code: 'body_too_slow', seconds: bodyWithinMs / 1000 })),
    bodyWithinMs,
  );
  const chunks: Buffer[] = [];
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > bodyLimitBytes) {
      request.removeAllListeners('data').pause();
      resolve(tooLarge);
    } else {
      chunks.push(chunk);
    }
  });
  request.on('end', () => {
    request.rawBody = Buffer.concat(chunks);
    resolve(ok(null));
  });
  request.on('error', () => resolve(failHttp({ code: 'body_cut_off' })));
  return promise.finally(() => clearTimeout(timer));
}

/** For calls that take no body: Node discards it after the response. */
export function skipBody(request: WithRawBody): ApiResult<null> {
  request.rawBody = Buffer.alloc(0);
  return ok(null);
}
