// What a view reads: it is drawn again with each answer.

import { useLayoutEffect, useState } from 'preact/hooks';
import { follow, type Reading, readingOf } from './readings.ts';
import type { Replies } from './replies.ts';

const nothing: Reading<never> = { value: null, etag: null, problem: null };

/** `path` has its query, and null reads nothing. Its route tells the type. */
export function useCall<Route extends keyof Replies>(_route: Route, path: string | null): Reading<Replies[Route]> {
  const [, redraw] = useState(0);
  // Before the browser paints: the answer is what the person waits for.
  useLayoutEffect(() => (path === null ? undefined : follow(path, () => redraw((count) => count + 1))), [path]);
  if (path === null) return nothing;
  // The route names the schema by which the service made the answer.
  return readingOf(path) as Reading<Replies[Route]>;
}

/** For a route without parameters. */
export function useGet<Route extends keyof Replies>(route: Route): Reading<Replies[Route]> {
  return useCall(route, route);
}
