// A call of the API. The console has no other way to the service, and no right that its caller lacks.

import type { Problem } from './replies.ts';
import { authorization } from './session.ts';

export interface Call {
  readonly method: 'GET' | 'PUT' | 'POST';
  /** With its query. */
  readonly path: string;
  readonly ifMatch?: string;
  /** Sent as JSON. */
  readonly body?: unknown;
}

export type Answer<T> =
  | { readonly ok: true; readonly status: number; readonly value: T; readonly etag: string | null }
  | { readonly ok: false; readonly problem: Problem };

/** As many calls of one person as the service takes at once. */
const maxInProgress = 3;
/** Calls that anybody may make don't count among those. */
const forAnybody = ['/v1/health', '/v1/keys'];
let inProgress = 0;
const waiting: (() => void)[] = [];

/** Never rejects: what goes wrong is a problem with a hint. */
export async function send<T>(call: Call): Promise<Answer<T>> {
  if (forAnybody.includes(call.path)) return attempt(call);
  if (inProgress >= maxInProgress) await new Promise<void>((resolve) => waiting.push(resolve));
  else inProgress += 1;
  const answer = await attempt<T>(call);
  const next = waiting.shift();
  if (next === undefined) inProgress -= 1;
  else next();
  return answer;
}

export function pathOf(path: string, query: Readonly<Record<string, string | number | null | undefined>> = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== '');
  const parameters = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
  return given.length === 0 ? path : `${path}?${parameters}`;
}

async function attempt<T>(call: Call): Promise<Answer<T>> {
  try {
    const answer = await exchange<T>(call);
    if (answer.ok || call.method !== 'GET' || answer.problem.code !== 'rate_limited') return answer;
    // Another tab of the same person was faster.
    await new Promise((resolve) => setTimeout(resolve, 1_000 * (answer.problem.retryAfter ?? 1)));
    return await exchange<T>(call);
  } catch {
    return { ok: false, problem: unreachable };
  }
}

async function exchange<T>({ method, path, ifMatch, body }: Call): Promise<Answer<T>> {
  const response = await fetch(path, {
    method,
    headers: {
      ...authorization(),
      // No page of another site can send it. Identity-Aware Proxy then answers 401 in place of its sign-in page.
      'X-Requested-With': 'XMLHttpRequest',
      ...(ifMatch === undefined ? {} : { 'If-Match': ifMatch }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    body: body === undefined ? null : JSON.stringify(body),
    cache: 'no-store',
  });
  const isProblem = response.headers.get('Content-Type')?.startsWith('application/problem+json') === true;
  if (isProblem) return { ok: false, problem: await response.json() };
  if (response.status === 401) return { ok: false, problem: signedOut };
  // 503 with a body of its own is the health of a service that can't serve.
  if (!response.ok && response.status !== 503) return { ok: false, problem: unreachable };
  return { ok: true, status: response.status, value: await response.json(), etag: response.headers.get('ETag') };
}

const unreachable: Problem = {
  type: 'about:blank',
  status: 0,
  code: 'unreachable',
  title: "The service can't be reached",
  hint: 'What you see is what was last read. The page tries again by itself.',
};

/** What the proxy answers, and not Pinward. */
export const signedOut: Problem = {
  type: 'about:blank',
  status: 401,
  code: 'signed_out',
  title: 'Your session has ended',
  hint: 'Sign in again. You will come back to this view.',
};
