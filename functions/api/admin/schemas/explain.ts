// Schemas of the call that explains the pins of a machine.

import { z } from 'zod';
import { ResolutionReply } from './common.ts';

export const ExplainQuery = z.strictObject({
  machine: z.string().optional().describe('The name of the machine.'),
  cli: z.string().optional().describe('The version of Claude Code on the machine.'),
  email: z.email('an email address').optional().describe('The email address of its user.'),
  at: z.iso
    .datetime('a time in UTC, such as 2026-11-28T12:00:00Z')
    .optional()
    .describe('A time in the past, to explain the pins of that time.'),
  label: z
    .string()
    .regex(/^[A-Za-z0-9._-]+=[A-Za-z0-9._-]+$/, 'key=value, each of A-Z a-z 0-9 . _ -')
    .optional()
    .describe('A label of its fleet token, as key=value.'),
});

export const ExplainReply = ResolutionReply.extend({
  revision: z.int(),
  since: z.iso.datetime().describe('When the revision became current.'),
  rollouts: z
    .array(
      z.strictObject({
        rollout: z.int(),
        family: z.string(),
        to: z.string(),
        state: z.string(),
        percent: z.int(),
        bucket: z
          .int()
          .nullable()
          .describe('0 to 9999. The rollout reaches the machine when its percent times 100 is greater than this.'),
        reached: z.boolean(),
      }),
    )
    .describe('The rollouts in the ring of the machine.'),
  considered: z
    .array(z.strictObject({ ring: z.string(), selector: z.string().nullable() }))
    .describe('The rings in order, up to the first that matches. Each has its selector that matched, or null.'),
});
