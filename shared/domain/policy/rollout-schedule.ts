// A rollout schedule: how a ring's rollouts go, as the policy says it.

import { z } from 'zod';

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
  minReports: z.int().min(1).max(100_000).default(20),
});
export type Schedule = z.infer<typeof Schedule>;
