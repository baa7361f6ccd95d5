// An upgrade: a newer, callable model for a ring's pin, from the day it is found until it is rolled out or refused.

import { z } from 'zod';
import { families } from '../models/model.ts';

export const UpgradeState = z.enum(['found', 'soaking', 'ready', 'approved', 'rejected', 'superseded', 'rolled_out']);
export type UpgradeState = z.infer<typeof UpgradeState>;

/** Who decided something, when and why. */
export const Decision = z.strictObject({
  by: z.string().min(1).max(320),
  at: z.iso.datetime(),
  reason: z.string().max(500),
});

export const Upgrade = z.strictObject({
  /** ring.family.model */
  id: z.string(),
  ring: z.string(),
  family: z.enum(families),
  model: z.string(),
  state: UpgradeState,
  /** When it came into this state. */
  since: z.iso.datetime(),
  foundAt: z.iso.datetime(),
  /** Who approved it first where two persons must; the second can't be the same. */
  proposed: Decision.nullable(),
  /** Who approved or rejected it. */
  decided: Decision.nullable(),
  /** The rollout that carries or carried it. */
  rollout: z.int().positive().nullable(),
});
export type Upgrade = z.infer<typeof Upgrade>;

export function upgradeId(ring: string, family: string, model: string): string {
  return `${ring}.${family}.${model}`;
}
