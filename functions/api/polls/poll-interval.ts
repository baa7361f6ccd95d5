// The poll interval: how long a machine waits until it polls again.

import { bucketOf, buckets } from '../../../shared/domain/serving/bucketing.ts';
import type { Machine } from '../../../shared/domain/serving/machine.ts';

/** After a change, machines poll every 30 s for this long, so that the fleet converges. */
export const convergeForMs = 10 * 60_000;
const convergingSeconds = 30;
const quietSeconds = 900;
/** Each machine waits less by up to this part, always by the same, so that a fleet's polls are spread out. */
const jitter = 0.2;
const salt = 'phase';

/** Seconds. A machine gets one value while the fleet converges, and one otherwise. */
export function pollSeconds({ name, email }: Pick<Machine, 'name' | 'email'>, isConverging: boolean): number {
  const part = bucketOf(salt, name ?? email ?? '') / buckets;
  return Math.round((isConverging ? convergingSeconds : quietSeconds) * (1 - jitter * part));
}
