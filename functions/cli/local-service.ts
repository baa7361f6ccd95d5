// The service that `npm start` runs in this folder, for the commands of admins. It leaves its address and its tokens in `.pinward/`.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface LocalService {
  readonly url: string;
  readonly tokenFile: string;
}

/** Null when none runs here. An address of another machine is not taken: the token must not leave this one. */
export function findLocalService(folder = '.pinward'): LocalService | null {
  try {
    const url = readFileSync(join(folder, 'url'), 'utf8').trim();
    const isLocal = /^http:\/\/127\.0\.0\.1:\d{1,5}$/.test(url);
    return isLocal ? { url, tokenFile: join(folder, 'admin-token') } : null;
  } catch {
    return null;
  }
}
