// An upgrade rule: the part of a policy that says how a newer model of a family reaches a ring.

import { z } from 'zod';

/** `defaultUpgradeRule` only shows an upgrade, `approve` waits for an approval, `auto` starts a rollout after the soak. */
export const UpgradeRule = z.strictObject({
  rule: z.enum(['manual', 'approve', 'auto']),
  /** Hours for which the model must have been callable at the pin's endpoint, by our own observations. */
  soakHours: z.int().min(0).max(2160).default(72),
});
export type UpgradeRule = z.infer<typeof UpgradeRule>;

/** The rule of a family for which the policy has none. */
export const defaultUpgradeRule: UpgradeRule = { rule: 'manual', soakHours: 72 };
