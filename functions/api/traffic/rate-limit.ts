// How often one caller may call: buckets of tokens, which fill up with time. Polls ask it for each machine, the app for each
// credential. An instance counts for itself, and what it forgets is full again, so that memory stays bounded.

import type { Clock } from '../../../shared/ports.ts';
import type { Caller } from '../auth/caller.ts';
import { createBoundedMap } from '../bounded-map.ts';

/** So much at once, and so much each second after that. */
interface Limit {
  readonly burst: number;
  readonly perSecond: number;
}

export const limits = {
  /** One machine name with one credential. An agent asks every 24 seconds at most, Claude Code's helper at each start. */
  machine: { burst: 300, perSecond: 10 },
  /** Machines without a name, all together, with one credential: ten thousand that ask every 24 s make 417 a second. */
  nameless: { burst: 20_000, perSecond: 1_000 },
  /** One credential, in all calls but polls and reports, where a fleet shares one. */
  caller: { burst: 600, perSecond: 20 },
  /** Versions of Claude Code that a credential had not named lately: each makes answers to render and to sign. */
  version: { burst: 2_000, perSecond: 0.5 },
} as const satisfies Record<string, Limit>;

export interface Bucket {
  /** Takes one; 0, or in how many seconds there will be one. */
  take(): number;
}

export interface Rates {
  /** For each poll and report of a machine, or of those without a name. */
  machine(caller: Caller, machine: string | null): Bucket;
  /** For each other call. */
  caller(caller: Caller): Bucket;
  /** Whether this caller may ask for this version: 0, or in how many seconds it may name another new one. */
  version(caller: Caller, version: string): number;
}

const maxEntries = 50_000;

export function createRates(clock: Clock): Rates {
  const buckets = createBoundedMap<string, Bucket>(maxEntries);
  const versions = createBoundedMap<string, true>(maxEntries);

  function tokenBucket(kind: keyof typeof limits, name: string): Bucket {
    const key = `${kind} ${name}`;
    const known = buckets.get(key);
    if (known !== undefined) return known;
    const made = createBucket(limits[kind], clock);
    buckets.set(key, made);
    return made;
  }

  return {
    machine: ({ name }, machine) =>
      machine === null ? tokenBucket('nameless', name) : tokenBucket('machine', `${name} ${machine}`),
    caller: ({ name }) => tokenBucket('caller', name),
    version({ name }, version) {
      const key = `${name} ${version}`;
      if (versions.get(key) !== undefined) return 0;
      const seconds = tokenBucket('version', name).take();
      if (seconds === 0) versions.set(key, true);
      return seconds;
    },
  };
}

function createBucket({ burst, perSecond }: Limit, clock: Clock): Bucket {
  let tokens = burst;
  let at = clock();
  return {
    take() {
      const now = clock();
      // A clock can be set back.
      tokens = Math.min(burst, tokens + (Math.max(0, now - at) / 1000) * perSecond);
      at = now;
      if (tokens < 1) return Math.ceil((1 - tokens) / perSecond);
      tokens -= 1;
      return 0;
    },
  };
}
