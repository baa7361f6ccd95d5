// Machine counts: the stored form of adoption. Each counter is a HyperLogLog: it tells how many different machine names went in,
// and none of the names. Two of them merge into one that counts as if all names had gone into it.

import { z } from 'zod';

/** The registers of one HyperLogLog, deflated. */
const EncodedHyperLogLog = z.base64().max(6_000);

/** What the machines of a sketch have in common: `served {revision} {ring}`, `held {family}`, `applied` or `failed`. */
const CounterName = z
  .string()
  .regex(/^(?:served \d{1,10} [a-z0-9-]{1,32}|held [a-z]{1,20}|reached \d{1,10}|applied|failed)$/);

/** One document: the sightings of a stretch of time, or the reports on a revision. */
export const MachineCounts = z.record(CounterName, EncodedHyperLogLog);
export type MachineCounts = z.infer<typeof MachineCounts>;
