// Reads a request's body with a limit, before Hono: @hono/node-server takes what stands in `rawBody`. Over the limit the
// rest is left unread and the connection closed with the answer, so that endless data costs nothing.

import type { IncomingMessage } from 'node:http';
import { ok } from '../../../shared/domain/fault.ts';
import { type ApiResult, failHttp } from '../problems/http-fault.ts';

/** A request as @hono/node-server knows it. */
export interface WithRawBody extends IncomingMessage {
  rawBody?: Buffer;
}

// `hono/body-limit` makes a Request of a Request, which fails under @hono/node-server. (hono 4.13.19)
const bodyLimitBytes = 256 * 1024;

const tooLarge = failHttp({ code: 'body_too_large', limitBytes: bodyLimitBytes });

/** Leaves the body in `rawBody`. Faults: `body_too_large`, and `body_cut_off` when the client went away. */
export function readBody(request: WithRawBody): Promise<ApiResult<null>> {
  if (Number(request.headers['content-length'] ?? 0) > bodyLimitBytes) return Promise.resolve(tooLarge);
  const { promise, resolve } = Promise.withResolvers<ApiResult<null>>();
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
  return promise;
}
