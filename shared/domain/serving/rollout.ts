// A rollout: the schedule by which a new pin reaches the machines of one ring, share by share. Those under way are part
// of the revision, so that polls see them and the past can be explained; each is kept as a document of its own, too.

import { z } from 'zod';
import { families } from '../models/model.ts';
import { Pin } from '../policy/pin.ts';

/** How a ring's rollouts go: stages in percent of its machines, each left for a while before the next. */
export const Schedule = z.strictObject({
  stages: z
    .array(z.int().min(1).max(100))
    .min(1)
    .max(20)
    .refine((stages) => stages.at(-1) === 100 && stages.every((share, at) => share > (stages[at - 1] ?? 0)), {
      message: 'stages are percentages that grow and end with 100',
      params: { code: 'stages_order', fix: 'Write for example [1, 10, 50, 100].' },
    })
    .default([1, 10, 50, 100]),
  /** How long each stage must stand before the next, and the last before the ring's pin is moved. */
  bakeMinutes: z.int().min(1).max(43_200).default(60),
  /** More than this share of the machines that reported having failed aborts the rollout. */
  abortAtFailurePercent: z.int().min(1).max(100).default(5),
  /** So many machines must have reported before their share says anything. */
  leastReports: z.int().min(1).max(100_000).default(20),
});
export type Schedule = z.infer<typeof Schedule>;

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
