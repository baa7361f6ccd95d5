// The rollout state: all upgrades, the freeze, and the numbers of the newest rollout and proposal, in one document.

import { z } from 'zod';
import { BreakGlass } from '../changes/break-glass.ts';
import { Decision, Upgrade } from './upgrade.ts';

/** The stored rollout state. */
export const RolloutState = z.strictObject({
  upgrades: z.array(Upgrade),
  /** Null without a freeze. During a freeze nothing starts or advances by itself; aborts still happen. */
  frozen: Decision.nullable(),
  /** Null while the rule of the second person isn't set aside. */
  breakGlass: BreakGlass.nullable(),
  /** The id of the newest rollout. */
  rollouts: z.int().nonnegative(),
  /** The number of the newest proposal. */
  proposals: z.int().nonnegative(),
});
export type RolloutState = z.infer<typeof RolloutState>;

export const emptyRolloutState: RolloutState = {
  upgrades: [],
  frozen: null,
  breakGlass: null,
  rollouts: 0,
  proposals: 0,
};
