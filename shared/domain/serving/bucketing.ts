// Bucketing: which machines of a ring a rollout has reached. A machine's bucket is a hash of the rollout's salt and the
// machine's name. A bucket stays the same while the percentage grows, and differs from rollout to rollout. No schema is
// loaded here: the poll path imports this file.

import { createHash } from 'node:crypto';
import type { Ring } from '../policy/policy.ts';
import type { Machine } from './machine.ts';
import type { Rollout } from './rollout.ts';

/** The number of buckets; each is a hundredth of a percent. */
export const buckets = 10_000;

/** 0 to 9999. */
export function bucketOf(salt: string, name: string): number {
  return createHash('sha256').update(`${salt}\n${name}`).digest().readUInt32BE(0) % buckets;
}

/** The percentage of the ring's machines that the current stage reaches. */
export function percentOf({ stages, stage }: Pick<Rollout, 'stages' | 'stage'>): number {
  const percent = stages[stage];
  if (percent === undefined) throw new Error(`a rollout has the stage ${stage}, but only ${stages.length} stages`);
  return percent;
}

/** A machine without a name and an address has no bucket; only a stage of 100 % reaches it. */
export function isReached(
  rollout: Pick<Rollout, 'salt' | 'stages' | 'stage'>,
  { name, email }: Pick<Machine, 'name' | 'email'>,
): boolean {
  const percent = percentOf(rollout);
  const identity = name ?? email;
  return percent >= 100 || (identity !== null && bucketOf(rollout.salt, identity) < (percent * buckets) / 100);
}

/** A machine's ring with the pins of all rollouts that have reached the machine, and these rollouts. */
export function ringWithRollouts(
  ring: Ring,
  rollouts: readonly Rollout[],
  machine: Machine,
): { readonly ring: Ring; readonly reached: readonly Rollout[] } {
  const reached = rollouts.filter((rollout) => rollout.ring === ring.name && isReached(rollout, machine));
  if (reached.length === 0) return { ring, reached };
  const moved = Object.fromEntries(reached.map(({ family, to }) => [family, to]));
  return { ring: { ...ring, pins: { ...ring.pins, ...moved } }, reached };
}
