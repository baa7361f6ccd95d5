// The credential of a request: one Authorization header, or the assertion that Identity-Aware Proxy (IAP) signs for a
// browser. Other headers of proxies, such as X-Goog-Authenticated-User-Email, are unsigned and never read.

import type { IncomingMessage } from 'node:http';

export interface Credential {
  readonly authorization: string | undefined;
  readonly assertion: string | undefined;
}

/** Source: https://cloud.google.com/iap/docs/signed-headers-howto */
const assertionHeader = 'x-goog-iap-jwt-assertion';

export function credentialOf({ headers, rawHeaders }: IncomingMessage): Credential {
  const assertion = headers[assertionHeader];
  return {
    authorization: headers.authorization === undefined ? undefined : allOf(headers.authorization, rawHeaders),
    // The type allows a list, which Node gives only for Set-Cookie.
    assertion: typeof assertion === 'string' ? assertion : undefined,
  };
}

/**
 * Node keeps the first of several Authorization headers, but a proxy may have checked another one. Several give a value
 * with a comma, which is refused as ambiguous.
 */
function allOf(first: string, rawHeaders: readonly string[]): string {
  let sent = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    if (name?.length === 13 && name.toLowerCase() === 'authorization') sent += 1;
  }
  return sent > 1 ? `${first}, and ${sent - 1} more` : first;
}
