// What a browser gets for an address that is none: a page that says where to go. Other clients get a problem.

import { browserHeaders } from '../problems/browser-headers.ts';

const policy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** Null for who didn't ask for a page. `accept` is the header. */
export function notFoundPage(accept: string | undefined, path: string): Response | null {
  if (!/\btext\/html\b/i.test(accept ?? '')) return null;
  const shown = path.slice(0, 200).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
  const body = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>No such page · Pinward</title>
<h1>There is no page ${shown}</h1>
<p><a href="/">Open the console of Pinward</a>, or see <a href="/openapi.json">all calls of its API</a>.</p>
</html>
`;
  const headers = {
    ...browserHeaders,
    'Content-Security-Policy': policy,
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    Vary: 'Accept',
  };
  return new Response(body, { status: 404, headers });
}
