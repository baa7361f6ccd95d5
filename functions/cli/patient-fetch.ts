// A patient fetch: a request that a service didn't take, because there were too many (429), is sent again when the service says.

import { setTimeout as wait } from 'node:timers/promises';

/** How often a request is sent, and how long it waits at most in between (seconds). */
const maxTries = 5;
const maxRetryAfter = 30;

/** `init` is made anew for each try. Rejects as `fetch` does. */
export async function patientFetch(url: string, init: () => RequestInit): Promise<Response> {
  for (let tries = 1; ; tries++) {
    const response = await fetch(url, init());
    const seconds = Number(response.headers.get('Retry-After') ?? Number.NaN);
    if (response.status !== 429 || tries === maxTries || !(seconds <= maxRetryAfter)) return response;
    await response.body?.cancel();
    await wait(seconds * 1000);
  }
}
