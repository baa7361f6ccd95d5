// Sketches of which machines were seen: what is kept of adoption. A sketch (HyperLogLog) tells how many different names went
// into it and none of them, and two make one that tells the same as if all had gone into it. Written and read by functions/adoption/adoption.ts.

import { z } from 'zod';

/** Registers of one sketch as functions/adoption/hyperloglog.ts packs them. */
const EncodedHyperLogLog = z.base64().max(6_000);

/** What the machines of a sketch have in common: `served {revision} {ring}`, `held {family}`, `applied` or `failed`. */
const CounterName = z
  .string()
  .regex(/^(?:served \d{1,10} [a-z0-9-]{1,32}|held [a-z]{1,20}|reached \d{1,10}|applied|failed)$/);

/** One document: the sightings of a stretch of time, or the reports on a revision. */
export const MachineCounts = z.record(CounterName, EncodedHyperLogLog);
export type MachineCounts = z.infer<typeof MachineCounts>;
