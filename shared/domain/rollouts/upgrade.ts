// An upgrade: a newer callable model for the pin of a ring, from the moment it is found until it is rolled out,
// rejected or superseded. One that ended can be reopened.

import { z } from 'zod';
import { families } from '../models/model.ts';
import type { UpgradeRule } from '../policy/upgrade-rule.ts';

/** See `legal-transitions.ts` for the order of the states. */
export const UpgradeState = z.enum(['found', 'soaking', 'ready', 'approved', 'rejected', 'superseded', 'rolled_out']);
export type UpgradeState = z.infer<typeof UpgradeState>;

/** The author, time and reason of a decision by a person. */
export const Decision = z.strictObject({
  by: z.string().min(1).max(320),
  at: z.iso.datetime(),
  reason: z.string().max(800),
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
  /**
   * Who offered the upgrade again after its end, or moved its pin back; null without that. A person must then approve
   * it, even under the rule `auto`: what was taken back never returns by itself.
   */
  reopened: Decision.nullable().default(null),
  /** The id of the upgrade's rollout; null without one. */
  rollout: z.int().positive().nullable(),
});
export type Upgrade = z.infer<typeof Upgrade>;

/** Whether the rollout of a ready upgrade starts without an approval. */
export function startsByItself({ reopened }: Upgrade, { rule }: Pick<UpgradeRule, 'rule'>): boolean {
  return rule === 'auto' && reopened === null;
}

export function upgradeId(ring: string, family: string, model: string): string {
  return `${ring}.${family}.${model}`;
}
