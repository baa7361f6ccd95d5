// An upgrade rule: how newer models of a family come to a ring, as the policy says it.

import { z } from 'zod';

/** How upgrades of a family come to a ring; `manual` only shows them. */
export const UpgradeRule = z.strictObject({
  rule: z.enum(['manual', 'approve', 'auto']),
  /** From our own first callable observation of the model in the pin's place. */
  soakHours: z.int().min(0).max(2160).default(72),
});
export type UpgradeRule = z.infer<typeof UpgradeRule>;

/** What a family without a rule has. */
export const manual: UpgradeRule = { rule: 'manual', soakHours: 72 };
