// A proposal: a change of the policy that raises risk, and that waits for a second person.

import { z } from 'zod';
import { Policy } from '../policy/policy.ts';

/** The stored proposal. */
export const Proposal = z.strictObject({
  number: z.int().positive(),
  state: z.enum(['open', 'approved', 'rejected']),
  policy: Policy,
  /** The number of the revision that the proposal changes. */
  base: z.int().nonnegative(),
  by: z.string().min(1).max(320),
  at: z.iso.datetime(),
  note: z.string().max(500).nullable(),
  /** The author's reason to set a pin that is not known to be callable. */
  force: z.string().max(200).nullable(),
  /** One line for people about each part that raises risk. */
  risks: z.array(z.string().max(500)).min(1),
  decidedBy: z.string().min(1).max(320).nullable(),
  decidedAt: z.iso.datetime().nullable(),
  /** Why they decided so. */
  decidedNote: z.string().max(500).nullable().default(null),
});
export type Proposal = z.infer<typeof Proposal>;
