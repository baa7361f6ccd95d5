// The session: the token that calls carry, where no proxy signs people in. It stays in this page's memory, so it ends with the page.
// A link gives it in its fragment, which no browser sends to a server.

let token: string | null = null;

/** Takes the token out of the address, so that it is neither kept in the history nor copied with a link. */
export function takeTokenFromAddress(): void {
  const given = /^#token=(.+)$/.exec(location.hash)?.[1];
  if (given === undefined) return;
  token = given;
  history.replaceState(null, '', location.pathname + location.search);
}

export function signIn(given: string): void {
  token = given.trim();
}

export function authorization(): Readonly<Record<string, string>> {
  return token === null ? {} : { Authorization: `Bearer ${token}` };
}
