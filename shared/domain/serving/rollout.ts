// A rollout: the schedule by which a new pin reaches the machines of one ring, share by share. Those under way are part
// of the revision, so that polls see them and the past can be explained; each is kept as a document of its own, too.

import { z } from 'zod';
import { families } from '../models/model.ts';
import { Pin } from '../policy/pin.ts';
import { Schedule } from '../policy/rollout-schedule.ts';

export const Rollout = z.strictObject({
  id: z.int().positive(),
  ring: z.string(),
  family: z.enum(families),
  from: Pin,
  to: Pin,
  salt: z.string().min(8).max(64),
  ...Schedule.shape,
  /** Index into `stages`. */
  stage: z.int().nonnegative(),
  state: z.enum(['running', 'paused', 'completed', 'aborted']),
  /** When the present stage began, or was resumed. */
  stageSince: z.iso.datetime(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  /** The first revision that served it. */
  firstRevision: z.int().positive(),
  /** Who moved it last, and why. */
  by: z.string().min(1).max(320),
  reason: z.string().max(500),
});
export type Rollout = z.infer<typeof Rollout>;
