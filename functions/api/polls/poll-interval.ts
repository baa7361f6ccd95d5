// The poll interval: how long a machine shall wait until it polls again.

import { bucketOf, buckets } from '../../../shared/domain/serving/bucketing.ts';
import type { Machine } from '../../../shared/domain/serving/machine.ts';

/** After a change, machines poll every 30 s for this long, so that the fleet converges. */
export const convergeForMs = 10 * 60_000;
const convergingSeconds = 30;
const quietSeconds = 900;
/** A machine waits up to this part less, always the same part, so that a fleet doesn't poll all at once. */
const jitter = 0.2;
const salt = 'phase';

/** Seconds: the same for a machine as long as the fleet converges, and as long as it is quiet. */
export function pollSeconds({ name, email }: Pick<Machine, 'name' | 'email'>, isConverging: boolean): number {
  const part = bucketOf(salt, name ?? email ?? '') / buckets;
  return Math.round((isConverging ? convergingSeconds : quietSeconds) * (1 - jitter * part));
}
