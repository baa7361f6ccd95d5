// A revision: one policy as it stood, with who made it, when and why. Numbers grow by one and a revision never changes.

import { z } from 'zod';
import { Policy } from './policy.ts';

export const Revision = z.strictObject({
  number: z.int().positive(),
  policy: Policy,
  by: z.string().min(1).max(320),
  at: z.iso.datetime(),
  note: z.string().max(500).nullable(),
  /** The revision whose content this one brought back, or null. */
  restores: z.int().positive().nullable(),
  /** Why it was stated although a pin was not proven callable; null when every pin was. */
  forced: z.string().min(1).max(200).nullable(),
});
export type Revision = z.infer<typeof Revision>;
