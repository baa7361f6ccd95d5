// A proposal: a change of the policy that raises risk and waits for a second person.

import { z } from 'zod';
import { Policy } from '../policy/policy.ts';

export const Proposal = z.strictObject({
  number: z.int().positive(),
  state: z.enum(['open', 'approved', 'rejected']),
  policy: Policy,
  /** The revision that it changes. */
  base: z.int().nonnegative(),
  by: z.string().min(1).max(320),
  at: z.iso.datetime(),
  note: z.string().max(500).nullable(),
  force: z.string().max(200).nullable(),
  /** What of it raises risk. */
  risks: z.array(z.string().max(500)).min(1),
  decidedBy: z.string().min(1).max(320).nullable(),
  decidedAt: z.iso.datetime().nullable(),
});
export type Proposal = z.infer<typeof Proposal>;
