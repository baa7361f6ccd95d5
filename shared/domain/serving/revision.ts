// A revision: one policy and the rollouts under way as they stood, with who made it, when and why: all that decides what a
// machine is served. Numbers grow by one and a revision never changes.

import { z } from 'zod';
import { Policy } from '../policy/policy.ts';
import { Rollout } from './rollout.ts';

export const Revision = z.strictObject({
  number: z.int().positive(),
  policy: Policy,
  by: z.string().min(1).max(320),
  at: z.iso.datetime(),
  note: z.string().max(500).nullable(),
  /** The revision whose content this one brought back, or null. */
  restores: z.int().positive().nullable(),
  /** Why it was stated although a pin was not proven callable; null when every pin was. */
  forced: z.string().min(1).max(200).nullable(),
  /** The second person, where one was needed. */
  approvedBy: z.string().min(1).max(320).nullable(),
  /** Since which revision the policy reads so; later ones moved a rollout only, and whoever read it since may change it. */
  policySince: z.int().positive(),
  /** Those under way. */
  rollouts: z.array(Rollout),
  /** By project/location: models that were callable then, for machines whose CLI is too old for a pin; null before a probe. */
  callableModels: z.record(z.string(), z.array(z.string())).nullable(),
});
export type Revision = z.infer<typeof Revision>;
