// Rate limits: how often a caller may call. Each caller has token buckets, which fill up with time. Each instance
// counts on its own. A bucket that is dropped from the bounded map starts full again.

import type { Clock } from '../../../shared/ports.ts';
import { createBoundedMap } from '../caching/bounded-map.ts';

/** A bucket holds up to `burst` calls and gains `perSecond` calls a second. */
interface Limit {
  readonly burst: number;
  readonly perSecond: number;
}

export const limits = {
  /**
   * For a machine name with a credential. An agent waits 24 s or more between polls; Claude Code's helper polls at each
   * start.
   */
  machine: { burst: 300, perSecond: 10 },
  /**
   * For all machines without a name that share a credential. 10,000 machines that poll every 24 s make 417 calls a
   * second.
   */
  nameless: { burst: 20_000, perSecond: 1_000 },
  /** For a credential, without its polls and reports: a whole fleet may share one credential for those. */
  caller: { burst: 600, perSecond: 20 },
  /** For health, which anybody may ask for: all its calls together. */
  health: { burst: 600, perSecond: 20 },
  /** For versions of Claude Code that a credential has not sent lately. */
  version: { burst: 2_000, perSecond: 0.5 },
} as const satisfies Record<string, Limit>;

/** Each method counts one call of `caller` (its name). It returns 0, or the seconds until the caller may call again. */
export interface RateLimiter {
  /** A poll or a report. `machine` is null for a machine without a name. */
  machine(caller: string, machine: string | null): number;
  /** Any other call. */
  caller(caller: string): number;
  /** A call for health, whoever makes it. */
  health(): number;
  /** A poll with a version of Claude Code. A version that was sent lately costs nothing. */
  version(caller: string, version: string): number;
}

interface Bucket {
  tokens: number;
  /** When `tokens` was computed (milliseconds). */
  at: number;
}

const maxEntries = 50_000;

export function createRateLimiter(clock: Clock): RateLimiter {
  const buckets = createBoundedMap<string, Bucket>(maxEntries);
  const versions = createBoundedMap<string, true>(maxEntries);

  function take(limit: Limit, key: string): number {
    const now = clock();
    let bucket = buckets.get(key);
    if (bucket === undefined) {
      bucket = { tokens: limit.burst, at: now };
      buckets.set(key, bucket);
    }
    return takeToken(bucket, limit, now);
  }

  return {
    machine: (caller, machine) =>
      machine === null
        ? take(limits.nameless, `nameless ${caller}`)
        : take(limits.machine, `machine ${caller} ${machine}`),
    health: () => take(limits.health, 'health'),
    caller: (caller) => take(limits.caller, `caller ${caller}`),
    version(caller, version) {
      const key = `${caller} ${version}`;
      if (versions.get(key) !== undefined) return 0;
      const seconds = take(limits.version, `version ${caller}`);
      if (seconds === 0) versions.set(key, true);
      return seconds;
    },
  };
}

function takeToken(bucket: Bucket, { burst, perSecond }: Limit, now: number): number {
  // A clock can be set back.
  const gained = (Math.max(0, now - bucket.at) / 1000) * perSecond;
  bucket.tokens = Math.min(burst, bucket.tokens + gained);
  bucket.at = now;
  if (bucket.tokens < 1) return Math.ceil((1 - bucket.tokens) / perSecond);
  bucket.tokens -= 1;
  return 0;
}
