// The service that `npm start` runs in this folder, for the commands of admins. It leaves its address and its tokens in `.pinward/`.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isLocked, lockHolder } from './folder-lock.ts';

export interface LocalService {
  readonly url: string;
  readonly tokenFile: string;
  /** False: it was killed and left its address behind. Another program may listen there by now, which must not get the token. */
  readonly isRunning: boolean;
}

/** Null when none was started here. An address of another machine is not taken: the token must not leave this one. */
export function findLocalService(folder = '.pinward'): LocalService | null {
  try {
    const url = readFileSync(join(folder, 'url'), 'utf8').trim();
    const isLocal = /^http:\/\/127\.0\.0\.1:\d{1,5}$/.test(url);
    return isLocal ? { url, tokenFile: join(folder, 'admin-token'), isRunning: isLocked(folder) } : null;
  } catch {
    return null;
  }
}

/** Who has the folder, and how to end it, for somebody who wants to start another service there. */
export function alreadyRuns(folder: string): string {
  const [holder, local] = [lockHolder(folder), findLocalService(folder)];
  const address = local === null ? '' : `, which listens on ${local.url}`;
  const kill = holder === null ? '' : ` or kill ${holder}`;
  return `another service has its data in ${folder}${address}. Stop it with Ctrl-C in its terminal${kill}, or name another folder with --data`;
}
