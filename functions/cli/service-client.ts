// The HTTP client of the admin commands. Every failure becomes a CommandError with a title and a hint: a refusal by the
// service (problem+json), a response that isn't Pinward's, or no response.

import type { z } from 'zod';
import { ProblemReply } from '../api/admin/schemas/common.ts';
import { patientFetch } from './patient-fetch.ts';

/** A problem from the service, or an error of the command in the same form. */
export type CommandError = Partial<z.infer<typeof ProblemReply>> & {
  readonly code: string;
  readonly title: string;
  readonly hint: string;
};
export type Attempt<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly commandError: CommandError };

export interface Target {
  /** Ends with a slash. */
  readonly url: string;
  readonly token: string;
}

export interface Call {
  readonly method: 'GET' | 'PUT';
  /** Below the service's URL, with its query. */
  readonly path: string;
  readonly body?: unknown;
  readonly ifMatch?: string;
}

export interface Answer<T> {
  readonly status: number;
  /** The response's revision, in the form of If-Match. */
  readonly etag: string | null;
  readonly body: T;
}

const timeoutMs = 30_000;

export function commandError(code: string, title: string, hint: string, more: Partial<CommandError> = {}) {
  return { ok: false, commandError: { ...more, code, title, hint } } as const;
}

/** Sends a call, and checks the response's body against the schema `reply`. */
export async function call<T>(target: Target, request: Call, reply: z.ZodType<T>): Promise<Attempt<Answer<T>>> {
  const callName = `${request.method} ${target.url}${request.path.split('?')[0]}`;
  try {
    const response = await send(target, request);
    const text = await response.text();
    const body = parseJson(text);
    if (!response.ok) return refusal(callName, response, body);
    const parsed = reply.safeParse(body);
    if (!parsed.success)
      return body === undefined ? notPinward(callName, response) : otherVersion(callName, parsed.error);
    return { ok: true, value: { status: response.status, etag: response.headers.get('ETag'), body: parsed.data } };
  } catch (error) {
    return unreachable(callName, request.method, error);
  }
}

function send({ url, token }: Target, { method, path, body, ifMatch }: Call): Promise<Response> {
  return patientFetch(`${url}${path}`, () => ({
    method,
    headers: {
      Authorization: `Bearer ${token}`,
      Accept: 'application/json',
      // Behind Identity-Aware Proxy, a change needs it.
      'X-Requested-With': 'pinward',
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(ifMatch === undefined ? {} : { 'If-Match': ifMatch }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    // A redirect could turn a change into a GET, and would send the token to another host.
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
  }));
}

function refusal(callName: string, response: Response, body: unknown) {
  if (response.status >= 300 && response.status < 400) {
    const to = response.headers.get('Location') ?? 'nowhere';
    return commandError('redirected', `${callName} redirects to ${to}`, 'Set --url to the address of Pinward itself.');
  }
  const parsed = ProblemReply.loose().safeParse(body);
  if (!parsed.success) return notPinward(callName, response);
  const problem: CommandError = parsed.data;
  const tokenHint = ' This command reads the token from PINWARD_TOKEN or --token-file.';
  const hint = problem.status === 401 ? `${problem.hint}${tokenHint}` : problem.hint;
  return { ok: false, commandError: { ...problem, hint } } as const;
}

function notPinward(callName: string, { status, headers }: Response) {
  const type = headers.get('Content-Type')?.split(';')[0] ?? 'nothing';
  const hint = 'Check --url. The response may come from a proxy or a login page in front of Pinward.';
  return commandError(
    'not_pinward',
    `${callName} returned ${status} with ${type}, which is not a response of Pinward`,
    hint,
  );
}

function otherVersion(callName: string, error: z.ZodError) {
  const [issue] = error.issues;
  const title = `${callName} returned an unknown response (/${issue?.path.join('/')}: ${issue?.message})`;
  const hint = 'Check --url, and run the command from the deployed version of Pinward.';
  return commandError('not_understood', title, hint);
}

const certificateCodes = /CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)/;

function unreachable(callName: string, method: Call['method'], error: unknown) {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const uncertainty = method === 'GET' ? '' : ' The change may have been made: run plan to see.';
  if (certificateCodes.test(code)) {
    const hint =
      "The certificate must name this host. Set NODE_EXTRA_CA_CERTS to the file with your organisation's CA.";
    return commandError('tls_failed', `${callName}: the certificate is not trusted (${code})`, hint);
  }
  if (/SSL|TLS|EPROTO/.test(code)) {
    return commandError(
      'tls_failed',
      `${callName}: the server does not speak TLS (${code})`,
      'Check the scheme and the port of --url.',
    );
  }
  if (error instanceof Error && error.name === 'TimeoutError') {
    const title = `${callName}: no response within ${timeoutMs / 1000} s`;
    return commandError('unreachable', title, `Check --url and the network.${uncertainty}`);
  }
  const reason = code === '' ? messageOf(cause) : code;
  const title = `${callName} can't be reached (${reason})`;
  return commandError('unreachable', title, `Check --url and the network.${uncertainty}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
