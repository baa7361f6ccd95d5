// Cross-site requests: a foreign page makes a person's browser call Pinward, and Identity-Aware Proxy adds the person's identity.
// Such a call must change nothing. A bearer token needs no check: no browser adds one by itself.

import type { IncomingMessage } from 'node:http';
import { type ApiResult, failHttp } from '../problems/http-fault.ts';
import type { Caller } from './caller.ts';
import type { Credential } from './credential.ts';

/** No form can send it, and a script of a foreign page only after a CORS preflight, which Pinward refuses. */
const ownRequestHeader = 'x-requested-with';

/** The caller, unless another site makes the call. Faults: `cross_site`. */
export function refuseCrossSite(
  { method, headers }: IncomingMessage,
  { assertion }: Credential,
  caller: ApiResult<Caller>,
): ApiResult<Caller> {
  const changesNothing = method === 'GET' || method === 'HEAD';
  if (changesNothing || assertion === undefined) return caller;
  const { origin, host } = headers;
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return refuse(`Sec-Fetch-Site: ${String(site).slice(0, 200)}`);
  if (origin !== undefined && hostOf(origin) !== host) return refuse(`Origin: ${origin.slice(0, 200)}`);
  return headers[ownRequestHeader] === undefined ? refuse(null) : caller;
}

function refuse(found: string | null): ApiResult<never> {
  return failHttp({ code: 'cross_site', found });
}

/** Null for the origin `null` of a sandboxed page or a local file. */
function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}
