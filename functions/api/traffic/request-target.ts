// The request target: the path and query of a request in the one form that everything after reads. Rate limits, admission and the
// app would otherwise judge different paths, such as `/v1/reports/../policy` or `/v1/%70olicy`. A slash at the end means nothing.

import type { IncomingMessage } from 'node:http';
import { ok } from '../../../shared/domain/fault.ts';
import { type ApiResult, failHttp } from '../problems/http-fault.ts';

/** Its path and query. Faults: `route_unknown` for a target that is no path, `request_malformed` for one with no host or several. */
export function readTarget({ url = '', rawHeaders, httpVersion }: IncomingMessage): ApiResult<string> {
  if (!hasOneHost(rawHeaders, httpVersion)) return failHttp({ code: 'request_malformed' });
  const target = normaliseTarget(url);
  return target === null ? failHttp({ code: 'route_unknown', path: url.slice(0, 200) }) : ok(target);
}

/** Null for a target that is no path, such as `*`. */
export function normaliseTarget(target: string): string | null {
  if (isNormal(target)) return target;
  // A URL resolves dot segments, also those written as %2e, and takes the host off the absolute form.
  const absolute = target.startsWith('/') ? `http://localhost${target}` : target;
  if (!/^https?:\/\//i.test(absolute) || !URL.canParse(absolute)) return null;
  const { pathname, search } = new URL(absolute);
  return (
    (pathname
      .replace(/(?<!\/)\/+$/, '')
      .split('/')
      .map(normaliseSegment)
      .join('/') || '/') + search
  );
}

/**
 * A proxy in front might read another of several hosts. The names come as they were sent.
 * Sources: https://www.rfc-editor.org/rfc/rfc9112#section-3.2 and https://www.rfc-editor.org/rfc/rfc3986#section-3.2.2
 */
function hasOneHost(rawHeaders: readonly string[], httpVersion: string): boolean {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.length !== 4 || rawHeaders[at]?.toLowerCase() !== 'host') continue;
    hosts += 1;
    if (!/^[\w.~!$&'()*+,;=:%[\]-]*$/.test(rawHeaders[at + 1] ?? '')) return false;
  }
  return hosts === 1 || (hosts === 0 && httpVersion !== '1.1');
}

/** Almost every target: a path without empty segments, dot segments and escapes. */
function isNormal(target: string): boolean {
  const query = target.indexOf('?');
  const path = query === -1 ? target : target.slice(0, query);
  return /^\/[\w.~!$&'()*+,;=:@/-]*$/.test(path) && !path.includes('//') && !path.includes('/.') && !path.endsWith('/');
}

/**
 * Escapes what a segment of a path can't hold, and nothing else: Hono would unescape the rest, and find another route than admission.
 * Source: https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2.2
 */
function normaliseSegment(segment: string): string {
  return encodeURIComponent(unescaped(segment)).replace(/%(?:24|26|2B|2C|3A|3B|3D|40)/g, decodeURIComponent);
}

/** A segment whose escapes are wrong stands for itself. */
function unescaped(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
