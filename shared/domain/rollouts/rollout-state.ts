// The rollout state: all upgrades, whether automatic change is frozen, and how many rollouts and proposals there were. One
// document, so that one read brings it.

import { z } from 'zod';
import { Decision, Upgrade } from './upgrade.ts';

export const RolloutState = z.strictObject({
  upgrades: z.array(Upgrade),
  /** Automatic change stands still: nothing starts and no share grows; what lowers risk still happens. */
  frozen: Decision.nullable(),
  /** How many rollouts there were. */
  rollouts: z.int().nonnegative(),
  /** How many proposals there were. */
  proposals: z.int().nonnegative(),
});
export type RolloutState = z.infer<typeof RolloutState>;

export const emptyRolloutState: RolloutState = { upgrades: [], frozen: null, rollouts: 0, proposals: 0 };
