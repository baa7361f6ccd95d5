// Rate limits: how often one caller may call. Token buckets, which fill up with time. Each instance counts for itself; a bucket
// that it forgets is full again, so memory stays bounded.

import type { Clock } from '../../../shared/ports.ts';
import { createBoundedMap } from '../caching/bounded-map.ts';

/** A bucket holds `burst` calls and gains `perSecond`. */
interface Limit {
  readonly burst: number;
  readonly perSecond: number;
}

export const limits = {
  /** One machine name with one credential. An agent polls every 24 seconds at most, Claude Code's helper at each start. */
  machine: { burst: 300, perSecond: 10 },
  /** All machines without a name that share a credential: ten thousand that poll every 24 s make 417 a second. */
  nameless: { burst: 20_000, perSecond: 1_000 },
  /** One credential in all calls but polls and reports, where a fleet shares one. */
  caller: { burst: 600, perSecond: 20 },
  /** Versions of Claude Code that a credential has not named lately. */
  version: { burst: 2_000, perSecond: 0.5 },
} as const satisfies Record<string, Limit>;

/** Each method takes one call of `caller`, by its name: 0, or in how many seconds it may call again. */
export interface RateLimiter {
  /** A poll or report of a machine, or of one without a name (null). */
  machine(caller: string, machine: string | null): number;
  /** Any other call. */
  caller(caller: string): number;
  /** Naming a version; free for one that was named lately. */
  version(caller: string, version: string): number;
}

interface Bucket {
  tokens: number;
  /** When they were counted (milliseconds). */
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
