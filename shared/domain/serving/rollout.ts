// A rollout: the stages in which a new pin reaches the machines of one ring. Active rollouts are part of the revision,
// because polls and explanations of the past need them. Each rollout is also a document of its own.

import { z } from 'zod';
import { families } from '../models/model.ts';
import { Pin } from '../policy/pin.ts';
import { RolloutSchedule } from '../policy/rollout-schedule.ts';

/** The stored rollout, with a copy of its schedule. */
export const Rollout = z.strictObject({
  id: z.int().positive(),
  ring: z.string(),
  family: z.enum(families),
  from: Pin,
  to: Pin,
  salt: z.string().min(8).max(64),
  ...RolloutSchedule.shape,
  /** Index into `stages`. */
  stage: z.int().nonnegative(),
  state: z.enum(['running', 'paused', 'completed', 'aborted']),
  /** When the current stage began or was resumed. */
  stageSince: z.iso.datetime(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  /** The first revision with this rollout. */
  firstRevision: z.int().positive(),
  /** The author of the last move; `reason` is theirs. */
  by: z.string().min(1).max(320),
  reason: z.string().max(800),
  /** The author's reason to move the pin although the model is not known to be callable; null when it was. */
  forced: z.string().min(1).max(200).nullable(),
});
export type Rollout = z.infer<typeof Rollout>;
