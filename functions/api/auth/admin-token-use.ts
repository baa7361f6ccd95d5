// The use of PINWARD_ADMIN_TOKEN, which is owner whatever the roles say. Nobody may use it unseen: the log warns of it, and the store
// keeps the last day for every instance's health.

import type { Clock, Store } from '../../../shared/ports.ts';
import type { Log } from '../../log.ts';
import { readWithTimeout } from '../caching/read-with-timeout.ts';
import { createTokenUsage } from './token-usage.ts';

export interface AdminTokenUse {
  /** Called at each use. */
  note(): void;
  /** The day of the last use (YYYY-MM-DD); null when there was none, or while the store can't be read. */
  lastDay(): Promise<string | null>;
}

/** A line of the log at most this often; it says how many uses there were since the one before. */
const logIntervalMs = 60_000;
const readTimeoutMs = 2_000;

/** `sha256` is that of the token, in hex. */
export function createAdminTokenUse(store: Store, clock: Clock, log: Log, sha256: string): AdminTokenUse {
  const usage = createTokenUsage(store, clock);
  let uses = 0;
  let loggedAt = Number.NEGATIVE_INFINITY;

  return {
    note() {
      usage.note(sha256);
      uses += 1;
      if (Math.abs(clock() - loggedAt) < logIntervalMs) return;
      log.warn('admin token used', { uses });
      loggedAt = clock();
      uses = 0;
    },
    async lastDay() {
      const seen = usage.lastDay(sha256);
      if (seen !== null) return seen;
      const read = await readWithTimeout(() => store.read('tokenUse', sha256), readTimeoutMs);
      return read.ok ? (read.value?.value.day ?? null) : null;
    },
  };
}
