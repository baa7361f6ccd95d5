// Calls a Pinward service for the commands of this folder. All that can go wrong on the way becomes a Trouble with words for
// a person: what the service refuses (problem+json), and what is no answer of Pinward at all.

import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { ProblemReply } from '../api/admin/schemas/common.ts';
import type { Environment } from '../environment.ts';

/** A problem of the service, or one of this side in the same form. */
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
  /** The revision that the answer speaks of, as If-Match takes it. */
  readonly etag: string | null;
  readonly body: T;
}

const timeoutMs = 30_000;

export function commandError(code: string, title: string, hint: string, more: Partial<CommandError> = {}) {
  return { ok: false, commandError: { ...more, code, title, hint } } as const;
}

/** Where the service is and what it knows the caller by. The token never comes from the command line, which others can see. */
export function readTarget(
  options: { readonly url?: string | undefined; readonly 'token-file'?: string | undefined },
  { PINWARD_URL, PINWARD_TOKEN }: Environment,
): Attempt<Target> {
  const stated = options.url ?? PINWARD_URL ?? '';
  const url = URL.canParse(stated) ? new URL(stated) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '' || url.hash !== '') {
    const title = stated === '' ? 'No service is named' : `${stated.replace(/.*@/, '')} is not the URL of a service`;
    return commandError('url_invalid', title, 'Give --url or PINWARD_URL, such as https://pinward.example.com.');
  }
  const isNear = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url.protocol === 'http:' && !isNear) {
    return commandError(
      'url_invalid',
      `${stated} would carry the token in clear`,
      'Use https (http for this machine only).',
    );
  }
  const token = readToken(options['token-file'], PINWARD_TOKEN);
  return token.ok ? { ok: true, value: { url: url.href.replace(/\/*$/, '/'), token: token.value } } : token;
}

/** What the service answers, held against `reply`. */
export async function call<T>(target: Target, asked: Call, reply: z.ZodType<T>): Promise<Attempt<Answer<T>>> {
  const where = `${asked.method} ${target.url}${asked.path.split('?')[0]}`;
  try {
    const response = await send(target, asked);
    const text = await response.text();
    const body = parseJson(text);
    if (!response.ok) return refusal(where, response, body);
    const parsed = reply.safeParse(body);
    if (!parsed.success) return body === undefined ? notPinward(where, response) : otherVersion(where, parsed.error);
    return { ok: true, value: { status: response.status, etag: response.headers.get('ETag'), body: parsed.data } };
  } catch (error) {
    return unreachable(where, asked.method, error);
  }
}

function send({ url, token }: Target, { method, path, body, ifMatch }: Call): Promise<Response> {
  return fetch(`${url}${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${token}`,
      Accept: 'application/json',
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(ifMatch === undefined ? {} : { 'If-Match': ifMatch }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    // A change must not become a GET on its way, and the token is for this host alone.
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
  });
}

function readToken(file: string | undefined, variable: string | undefined): Attempt<string> {
  const hint = 'Set PINWARD_TOKEN, or name a file that holds it with --token-file.';
  const from = file === undefined ? 'PINWARD_TOKEN' : file;
  try {
    const token = (file === undefined ? (variable ?? '') : readFileSync(file, 'utf8')).trim();
    if (/^[A-Za-z0-9._~+/=-]{1,4096}$/.test(token)) return { ok: true, value: token };
    return commandError(
      'token_missing',
      token === '' ? 'There is no token' : `What ${from} holds is not a token`,
      hint,
    );
  } catch (error) {
    return commandError('token_missing', `${from} can not be read: ${messageOf(error)}`, hint);
  }
}

function refusal(where: string, response: Response, body: unknown) {
  if (response.status >= 300 && response.status < 400) {
    const to = response.headers.get('Location') ?? 'nowhere';
    return commandError('redirected', `${where} redirects to ${to}`, 'Give the address of Pinward itself as --url.');
  }
  const parsed = ProblemReply.loose().safeParse(body);
  if (!parsed.success) return notPinward(where, response);
  const problem: CommandError = parsed.data;
  const ours = ' This command takes it from PINWARD_TOKEN or --token-file.';
  const hint = problem.status === 401 ? `${problem.hint}${ours}` : problem.hint;
  return { ok: false, commandError: { ...problem, hint } } as const;
}

function notPinward(where: string, { status, headers }: Response) {
  const type = headers.get('Content-Type')?.split(';')[0] ?? 'nothing';
  const hint = 'Check --url. A proxy or a login page in front of Pinward answers like this, too.';
  return commandError('not_pinward', `${where} answers ${status} with ${type}, which is not Pinward's`, hint);
}

function otherVersion(where: string, error: z.ZodError) {
  const [issue] = error.issues;
  const title = `${where} answers what this command does not know (/${issue?.path.join('/')}: ${issue?.message})`;
  return commandError(
    'not_understood',
    title,
    'Run the command from the version of Pinward that is deployed, and check --url.',
  );
}

const certificateCodes = /CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)/;

function unreachable(where: string, method: Call['method'], error: unknown) {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const again = method === 'GET' ? '' : ' Whether the change was made is not known: plan tells.';
  if (certificateCodes.test(code)) {
    const hint = "The certificate must name this host. NODE_EXTRA_CA_CERTS names a file with your organisation's CA.";
    return commandError('tls_failed', `${where}: the certificate is not trusted (${code})`, hint);
  }
  if (/SSL|TLS|EPROTO/.test(code)) {
    return commandError('tls_failed', `${where}: no TLS there (${code})`, 'Check the scheme and the port of --url.');
  }
  if (error instanceof Error && error.name === 'TimeoutError') {
    const title = `${where}: no answer within ${timeoutMs / 1000} s`;
    return commandError('unreachable', title, `Check --url and the network.${again}`);
  }
  const why = code === '' ? messageOf(cause) : code;
  return commandError('unreachable', `${where} can not be reached (${why})`, `Check --url and the network.${again}`);
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
