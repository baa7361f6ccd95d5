// The replies of the app: they become bytes and headers here, or problems.

import type { ServerResponse } from 'node:http';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context, Hono } from 'hono';
import { takesBrotli, withBrotli } from '../../brotli.ts';
import type { Caller } from '../auth/caller.ts';
import { createPreparedTexts, sendPrepared } from '../caching/prepared-body.ts';
import { browserHeaders } from '../problems/browser-headers.ts';
import type { ApiFault, ApiResult } from '../problems/http-fault.ts';
import { problemResponse } from '../problems/problem.ts';
import type { Reply, Route } from './routes/route.ts';

/** Passed with each request. */
interface Bindings {
  /** Who was identified before the body was read. */
  readonly caller: ApiResult<Caller>;
  readonly response: ServerResponse;
}

export type App = Hono<{ Bindings: Bindings }>;

export type AppContext = Context<{ Bindings: Bindings }>;

export type ReplyForm = Pick<Route, 'method' | 'mediaType' | 'role' | 'alwaysAnswers'>;

type ToResponse = (context: AppContext, route: ReplyForm, reply: Reply) => Promise<Response>;

/**
 * What anybody may ask for is sent as prepared bytes, past Hono, which would copy them for each response. Of the rest, only replies of
 * a GET are compressed: no secret is in them, so that their length tells nothing.
 */
export function createToResponse(): ToResponse {
  const prepareText = createPreparedTexts();
  return async function toResponse(context, { mediaType, method, role, alwaysAnswers }, reply) {
    const headers: Record<string, string> = {
      ...browserHeaders,
      'Cache-Control': reply.immutable === true ? 'public, max-age=31536000, immutable' : 'no-store',
    };
    if (reply.revision !== undefined) headers['ETag'] = `"${reply.revision}"`;
    const type = `${mediaType}; charset=utf-8`;
    const text = typeof reply.body === 'string' ? reply.body : `${JSON.stringify(reply.body, null, 2)}\n`;
    if (role === null && !alwaysAnswers) {
      const { req, env } = context;
      const body = await prepareText(req.path, type, text);
      sendPrepared({ method: req.raw.method, headers: req.header() }, env.response, body, headers);
      return RESPONSE_ALREADY_SENT;
    }
    headers['Content-Type'] = type;
    if (method !== 'GET') return context.body(text, reply.status ?? 200, headers);
    headers['Vary'] = 'Accept-Encoding';
    const compressed = takesBrotli(context.req.header('Accept-Encoding')) ? await withBrotli(text) : null;
    if (compressed !== null) headers['Content-Encoding'] = 'br';
    return context.body(compressed ?? text, reply.status ?? 200, headers);
  };
}

export function problem(fault: ApiFault): Response {
  const { status, headers, body } = problemResponse(fault);
  return new Response(body, { status, headers });
}
