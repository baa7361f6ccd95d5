// Machine counts: the stored form of adoption. Each counter is a HyperLogLog, which estimates how many different names
// were added and keeps none of them. Two HyperLogLogs merge into one that counts the names of both.

import { z } from 'zod';

/** The registers of one HyperLogLog, deflated. */
const EncodedHyperLogLog = z.base64().max(6_000);

/**
 * `served {revision} {ring}`, `held {family} {ring}`, `reached {rollout}`, `agent {version}`, `applied {ring}` or `failed {ring}`.
 * Older documents have `held`, `applied` and `failed` without a ring.
 */
const CounterName = z
  .string()
  .regex(
    /^(?:served \d{1,10} [a-z0-9-]{1,32}|reached \d{1,10}|agent \d{1,4}(?:\.\d{1,4}){2}|(?:held [a-z]{1,20}|applied|failed)(?: [a-z0-9-]{1,32})?)$/,
  );

/** One document: the polls of one window, or the reports on one revision. */
export const MachineCounts = z.record(CounterName, EncodedHyperLogLog);
export type MachineCounts = z.infer<typeof MachineCounts>;
