// An upgrade: a newer callable model for the pin of a ring, from the moment it is found until it is rolled out or
// rejected.

import { z } from 'zod';
import { families } from '../models/model.ts';

/** See `legal-transitions.ts` for the order of the states. */
export const UpgradeState = z.enum(['found', 'soaking', 'ready', 'approved', 'rejected', 'superseded', 'rolled_out']);
export type UpgradeState = z.infer<typeof UpgradeState>;

/** The author, time and reason of a decision by a person. */
export const Decision = z.strictObject({
  by: z.string().min(1).max(320),
  at: z.iso.datetime(),
  reason: z.string().max(500),
});

/** The stored upgrade. */
export const Upgrade = z.strictObject({
  /** `ring.family.model` */
  id: z.string(),
  ring: z.string(),
  family: z.enum(families),
  model: z.string(),
  state: UpgradeState,
  /** When the upgrade came into this state. */
  since: z.iso.datetime(),
  foundAt: z.iso.datetime(),
  /** The first approval, if two persons must approve, with the number of access then; null without one. */
  proposed: Decision.extend({ accessRevision: z.int().nonnegative() }).nullable(),
  /** The approval or rejection; null without one. */
  decided: Decision.nullable(),
  /** The id of the upgrade's rollout; null without one. */
  rollout: z.int().positive().nullable(),
});
export type Upgrade = z.infer<typeof Upgrade>;

export function upgradeId(ring: string, family: string, model: string): string {
  return `${ring}.${family}.${model}`;
}
