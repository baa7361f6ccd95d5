// The credentials of a local run, as files that only their owner can read: NAME-token has the token, NAME-header the header that
// `curl -H @FILE` sends. So a command needs no token among its arguments, which every user of the machine can list.

import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { People } from './people.ts';

/** Reads the token NAME, or makes one on the first start. Throws when its file is empty. */
export function keepToken(folder: string, name: string): string {
  const file = join(folder, `${name}-token`);
  if (!existsSync(file)) writeSecret(file, `${randomBytes(32).toString('base64url')}\n`);
  const token = readFileSync(file, 'utf8').trim();
  if (token === '') throw new Error(`${file} is empty. Delete it: the next start makes a new token`);
  return token;
}

export function headerFile(folder: string, name: string): string {
  return join(folder, `${name}-header`);
}

/** Gives each person a new token, in three files of the folder. */
export async function writeTokens({ all }: People, folder: string, url: string): Promise<void> {
  for (const { name, token } of all) {
    const idToken = await token();
    writeSecret(join(folder, `${name}-token`), `${idToken}\n`);
    writeHeader(folder, name, idToken);
    writeLink(folder, name, url, idToken);
  }
}

export function writeHeader(folder: string, name: string, token: string): void {
  writeSecret(headerFile(folder, name), `Authorization: Bearer ${token}\n`);
}

/** The console's address, which signs its reader in. The fragment never leaves the browser. */
export function writeLink(folder: string, name: string, url: string, token: string): void {
  writeSecret(join(folder, `${name}-link`), `${url}/#token=${token}\n`);
}

/** Says where the service listens, for `npm run policy` and its like, which find it in functions/cli/data-folder/local-service.ts. */
export function writeAddress(folder: string, url: string): string {
  const file = join(folder, 'url');
  writeSecret(file, `${url}\n`);
  return file;
}

/** Replaces the file whole: whoever reads it meanwhile gets the old or the new text, and its mode is never another one. */
function writeSecret(file: string, text: string): void {
  const fresh = `${file}.${randomBytes(4).toString('hex')}`;
  writeFileSync(fresh, text, { mode: 0o600, flag: 'wx' });
  renameSync(fresh, file);
}
