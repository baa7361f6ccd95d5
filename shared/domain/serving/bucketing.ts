// Shares: which machines of a ring a rollout has reached. A machine's bucket comes from the rollout's salt and its own name,
// so it stays in the same place while the share grows, and another rollout draws lots anew. No schema is loaded here:
// the poll path imports this file.

import { createHash } from 'node:crypto';
import type { Ring } from '../policy/policy.ts';
import type { Machine } from './machine.ts';
import type { Rollout } from './rollout.ts';

/** Hundredths of a percent. */
export const buckets = 10_000;

/** 0 to 9999; the same for the same machine all through a rollout. */
export function bucketOf(salt: string, name: string): number {
  return createHash('sha256').update(`${salt}\n${name}`).digest().readUInt32BE(0) % buckets;
}

/** The share of the ring's machines that the present stage serves, in percent. */
export function percentOf({ stages, stage }: Pick<Rollout, 'stages' | 'stage'>): number {
  const percent = stages[stage];
  if (percent === undefined) throw new Error(`a rollout is at stage ${stage} of ${stages.length}`);
  return percent;
}

/** A machine without a name is reached last, since it can't be told from others. */
export function isReached(
  rollout: Pick<Rollout, 'salt' | 'stages' | 'stage'>,
  { name, email }: Pick<Machine, 'name' | 'email'>,
): boolean {
  const percent = percentOf(rollout);
  const known = name ?? email;
  return percent >= 100 || (known !== null && bucketOf(rollout.salt, known) < (percent * buckets) / 100);
}

/** The ring as a machine has it: with the pins moved that rollouts have brought to it, and those rollouts. */
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
