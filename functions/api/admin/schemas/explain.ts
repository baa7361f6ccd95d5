// What goes over the wire in the call that explains.

import { z } from 'zod';
import { ResolutionReply } from './common.ts';

export const ExplainQuery = z.strictObject({
  machine: z.string().optional().describe('The name of the machine.'),
  cli: z.string().optional().describe('Its Claude Code version.'),
  email: z.email().optional().describe("Its user's address."),
  at: z.iso.datetime().optional().describe('A time in the past: what was served then.'),
  label: z
    .string()
    .regex(/^[A-Za-z0-9._-]+=[A-Za-z0-9._-]+$/)
    .optional()
    .describe('A label of its credential, as key=value.'),
});

export const ExplainReply = ResolutionReply.extend({
  revision: z.int(),
  since: z.iso.datetime().describe('When that revision began to stand.'),
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
          .describe('0 to 9999; the machine is reached once the share in hundredths of a percent is above it.'),
        reached: z.boolean(),
      }),
    )
    .describe('Rollouts in its ring.'),
  considered: z
    .array(z.strictObject({ ring: z.string(), selector: z.string().nullable() }))
    .describe('The rings in order, each with the selector that matched, up to the first that did.'),
});
