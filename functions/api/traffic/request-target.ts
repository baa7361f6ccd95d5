// The request target: the path and query of a request in the one form that everything after reads. Rate limits, admission and the
// app would otherwise judge different paths, such as `/v1/reports/../policy`.

/** Null for a target that is no path, such as `*`. */
export function normaliseTarget(target: string): string | null {
  if (isNormal(target)) return target;
  // A URL resolves dot segments, also those written as %2e, and takes the host off the absolute form.
  const absolute = target.startsWith('/') ? `http://localhost${target}` : target;
  if (!/^https?:\/\//i.test(absolute) || !URL.canParse(absolute)) return null;
  const { pathname, search } = new URL(absolute);
  return pathname + search;
}

/** Almost every target: a path without empty segments, dot segments and escapes. */
function isNormal(target: string): boolean {
  const query = target.indexOf('?');
  const path = query === -1 ? target : target.slice(0, query);
  return path.startsWith('/') && !path.includes('//') && !path.includes('/.') && !/[%\\#]/.test(path);
}
