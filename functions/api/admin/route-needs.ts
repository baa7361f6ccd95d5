// What each call needs, from the table of routes: admission asks before anything of a call is read.

import type { RouteNeeds } from '../traffic/admission.ts';
import type { Route } from './routes/route.ts';

/** `path` is without a query. A call that no route takes needs nothing. */
export type NeedsOf = (method: string, path: string) => RouteNeeds;

const nothing: RouteNeeds = { role: null, hasBody: false, lowersRisk: false, alwaysAnswers: false };

export function needsFrom(routes: readonly Route[]): NeedsOf {
  const table = routes.map(({ method, path, role, body, lowersRisk, alwaysAnswers }) => {
    return { method, pattern: patternOf(path), needs: { role, hasBody: body !== null, lowersRisk, alwaysAnswers } };
  });
  return function needsOf(method, path) {
    const routeMethod = method === 'HEAD' ? 'GET' : method;
    return table.find((each) => each.method === routeMethod && each.pattern.test(path))?.needs ?? nothing;
  };
}

/** As Hono matches a path: a parameter is one segment. */
function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`);
}
