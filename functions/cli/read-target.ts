// Which service a command calls, and with which token: by options, else by the environment, else the service of `npm start` in this
// folder. A token is sent only where its owner wants it.

import { readFileSync } from 'node:fs';
import type { Environment } from '../environment.ts';
import { printable } from '../printable.ts';
import { findLocalService, type LocalService } from './data-folder/local-service.ts';
import { type Attempt, commandError, messageOf, type Target } from './service-client.ts';

/**
 * The service's URL and the token; those of `npm start` in this folder when none are given. A given token is the caller, wherever the
 * URL is from. The token is never a command-line argument, which other users can see.
 */
export function readTarget(
  options: { readonly url?: string | undefined; readonly 'token-file'?: string | undefined },
  { PINWARD_URL, PINWARD_TOKEN }: Environment,
  local: LocalService | null = findLocalService(),
): Attempt<Target> {
  const named = options.url ?? (PINWARD_URL || null);
  if (named === null && local?.isRunning === false) return notRunning(local);
  const given = named ?? local?.url ?? '';
  const url = URL.canParse(given) ? new URL(given) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '' || url.hash !== '') {
    const title =
      given === '' ? 'The URL of the service is missing' : `${given.replace(/.*@/, '')} is not a service URL`;
    const hint = 'Set --url or PINWARD_URL, such as https://pinward.example.com. Or run npm start in this folder.';
    return commandError('url_invalid', title, hint);
  }
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url.protocol === 'http:' && !isLocal) {
    return commandError(
      'url_invalid',
      `${given} would send the token unencrypted`,
      'Use https. http is allowed only for this machine.',
    );
  }
  const isOurs = url.origin === local?.url && options['token-file'] === undefined && !PINWARD_TOKEN;
  if (isOurs && !local.isRunning) return notRunning(local);
  const tokenFile = options['token-file'] ?? (isOurs ? local.tokenFile : undefined);
  if (named === null) {
    const token = printable(tokenFile ?? 'PINWARD_TOKEN');
    process.stderr.write(`Calling ${url.origin}, which npm start runs in this folder, with the token of ${token}.\n`);
  }
  const token = readToken(tokenFile, PINWARD_TOKEN);
  return token.ok ? { ok: true, value: { url: url.href.replace(/\/*$/, '/'), token: token.value } } : token;
}

/** Its token isn't sent: by now another program may listen at its address. */
function notRunning({ url }: LocalService) {
  const title = `The service of this folder isn't running: it listened on ${url}`;
  const hint =
    'Start it in another terminal with npm start. Or set --url or PINWARD_URL to another service, with its token.';
  return commandError('not_running', title, hint);
}

function readToken(file: string | undefined, variable: string | undefined): Attempt<string> {
  const hint = 'Set PINWARD_TOKEN, or pass --token-file with a file that holds the token.';
  const source = file ?? 'PINWARD_TOKEN';
  try {
    const token = (file === undefined ? (variable ?? '') : readFileSync(file, 'utf8')).trim();
    if (/^[A-Za-z0-9._~+/=-]{1,4096}$/.test(token)) return { ok: true, value: token };
    return commandError(
      'token_missing',
      token === '' ? 'The token is missing' : `${source} does not hold a token`,
      hint,
    );
  } catch (error) {
    return commandError('token_missing', `${source} can't be read: ${messageOf(error)}`, hint);
  }
}
