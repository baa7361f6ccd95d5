// A revision: one policy with the rollouts that were active, and its author, time and reason. A revision decides
// everything that a machine is served. Numbers grow by one, and a revision never changes.

import { z } from 'zod';
import { Policy } from '../policy/policy.ts';
import { Rollout } from './rollout.ts';

export const maxSummaryPaths = 20;

/** The consequences of a revision in short: how many have each risk, and where they are. */
const ConsequenceSummary = z.strictObject({
  raises: z.int().nonnegative(),
  lowers: z.int().nonnegative(),
  neutral: z.int().nonnegative(),
  /** JSON pointers, each once. Those that raise risk come first, and a long list is cut. */
  paths: z.array(z.string().max(1100)).max(maxSummaryPaths),
});
export type ConsequenceSummary = z.infer<typeof ConsequenceSummary>;

/** The stored revision. */
export const Revision = z.strictObject({
  number: z.int().positive(),
  policy: Policy,
  by: z.string().min(1).max(320),
  at: z.iso.datetime(),
  note: z.string().max(500).nullable(),
  /** The revision whose policy this one restored, or null. */
  restores: z.int().positive().nullable(),
  /** The author's reason to set a pin that was not known to be callable; null when all were. */
  forced: z.string().min(1).max(200).nullable(),
  /** The second person, where one was needed. */
  approvedBy: z.string().min(1).max(320).nullable(),
  /**
   * The revision that set this policy; later ones only moved rollouts. An author who read any of them may change it.
   */
  policySince: z.int().positive(),
  /** Against the revision before; absent before this was kept. The event of a change has the whole list. */
  consequences: ConsequenceSummary.optional(),
  /** The active rollouts. */
  rollouts: z.array(Rollout),
  /** The value of `CallableModels`, as of this revision. */
  callableModels: z.record(z.string(), z.array(z.string())).nullable(),
});
export type Revision = z.infer<typeof Revision>;
