// Schemas of the call for reports: whether a machine could apply a revision.

import { z } from 'zod';
import { isVersion } from '../../../../shared/domain/models/version.ts';

const wholeNumber = 'a whole number from 1';

export const Report = z.strictObject({
  machine: z
    .string()
    .regex(/^[A-Za-z0-9._:-]{1,128}$/, 'up to 128 of A-Z a-z 0-9 . _ : -')
    .describe('The name with which the machine polls.'),
  cli: z.string().refine(isVersion, "Claude Code's version, such as 2.1.331").nullish(),
  revision: z.int(wholeNumber).min(1, wholeNumber).max(999_999_999, 'the number of a revision'),
  outcome: z.enum(['applied', 'failed'], 'applied or failed'),
  reason: z
    .string('a text')
    .max(300, 'at most 300 characters')
    .optional()
    .describe('Why the revision could not be applied. It is written to the log.'),
});
export type Report = z.infer<typeof Report>;

export const ReportReply = z.strictObject({ accepted: z.literal(true) });
