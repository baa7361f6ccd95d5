// A rollout schedule: the part of a policy that says how fast a rollout reaches the machines of a ring.

import { z } from 'zod';

/** Stages in percent of the ring's machines, how long each of them bakes, and when failures abort the rollout. */
export const RolloutSchedule = z.strictObject({
  stages: z
    .array(z.int().min(1).max(100))
    .min(1)
    .max(20)
    .refine((stages) => stages.at(-1) === 100 && stages.every((percent, at) => percent > (stages[at - 1] ?? 0)), {
      message: 'stages are percentages that grow and end with 100',
      params: { code: 'stages_order', fix: 'Write for example [1, 10, 50, 100].' },
    })
    .default([1, 10, 50, 100]),
  /** How long a stage must last before the next one; after the last stage the ring's pin is moved. */
  bakeMinutes: z.int().min(1).max(43_200).default(60),
  /** The rollout is aborted when more than this percentage of the machines that reported had a failure. */
  abortAtFailurePercent: z.int().min(1).max(100).default(5),
  /** Failures abort nothing before this number of machines have reported. */
  minReports: z.int().min(1).max(100_000).default(20),
});
export type RolloutSchedule = z.infer<typeof RolloutSchedule>;
