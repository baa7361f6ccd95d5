// The credential that a request presents: one Authorization header, or what Identity-Aware Proxy signed for a browser.
// Other headers of proxies (X-Goog-Authenticated-User-Email and the like) are unsigned and never read.

import type { IncomingMessage } from 'node:http';

export interface Credential {
  readonly authorization: string | undefined;
  readonly assertion: string | undefined;
}

/** Source of the name: Google Cloud, "Securing your app with signed headers". */
const assertionHeader = 'x-goog-iap-jwt-assertion';

/** From a request of Node's own, without the cost of anything else. */
export function credentialOf({ headers, rawHeaders }: IncomingMessage): Credential {
  const assertion = headers[assertionHeader];
  return {
    authorization: headers.authorization === undefined ? undefined : allOf(headers.authorization, rawHeaders),
    // Node gives a list for Set-Cookie alone.
    assertion: typeof assertion === 'string' ? assertion : undefined,
  };
}

/** Node keeps the first of several Authorization headers; a proxy may have looked at another one, so both count. */
function allOf(first: string, rawHeaders: readonly string[]): string {
  let sent = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    if (name?.length === 13 && name.toLowerCase() === 'authorization') sent += 1;
  }
  return sent > 1 ? `${first}, and ${sent - 1} more` : first;
}
