// The request target: the path and query of a request in the one form that everything after reads. Rate limits, admission and the
// app would otherwise judge different paths, such as `/v1/reports/../policy` or `/v1/%70olicy`. A slash at the end means nothing.

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
