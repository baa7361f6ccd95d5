// The failure history of a rollout: how many machines had reported, and how many of those failures, at times since it began. People
// look at it; it decides nothing.

import { z } from 'zod';

export const maxSamples = 120;

/** The stored counts at one time. */
export const FailureSample = z.strictObject({
  at: z.iso.datetime(),
  /** Percent of the ring that the rollout served. */
  percent: z.int().nonnegative(),
  /** Machines that had reported since the rollout began. */
  reports: z.int().nonnegative(),
  /** Those of them that had reported a failure. */
  failed: z.int().nonnegative(),
});
export type FailureSample = z.infer<typeof FailureSample>;

/** Oldest first. A sample holds until the next one. */
export const FailureHistory = z.strictObject({ samples: z.array(FailureSample).max(maxSamples) });
export type FailureHistory = z.infer<typeof FailureHistory>;

/** Null when the sample says what the last one said. A full history keeps every second of its samples, and the newest. */
export function withSample(history: FailureHistory | null, sample: FailureSample): FailureHistory | null {
  const samples = history?.samples ?? [];
  const last = samples.at(-1);
  const isSame = (['percent', 'reports', 'failed'] as const).every((each) => last?.[each] === sample[each]);
  if (isSame) return null;
  const kept = samples.length < maxSamples ? samples : samples.filter((_, at) => at % 2 === 0);
  return { samples: [...kept, sample] };
}
