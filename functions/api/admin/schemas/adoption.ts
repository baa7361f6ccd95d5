// The schema of the call for adoption.

import { z } from 'zod';

export const AdoptionReply = z.strictObject({
  revision: z.int().describe('The current revision, whose pins are meant.'),
  period: z
    .strictObject({ from: z.iso.datetime(), until: z.iso.datetime() })
    .nullable()
    .describe('The time whose polls are counted; null before the first poll.'),
  rings: z
    .array(
      z.strictObject({
        ring: z.string(),
        machines: z.int().describe('Estimated number of machines of the ring that polled in the period.'),
        current: z
          .int()
          .describe(
            'Estimated number of those that were served the pins that the ring has now. During a rollout they are those of the policy, whether or not it has reached the machine.',
          ),
        heldBack: z
          .array(z.strictObject({ family: z.string(), machines: z.int() }))
          .describe('Estimated number of those whose Claude Code is too old for the pin of this family.'),
      }),
    )
    .describe('In the order of the policy.'),
  standardError: z.number().describe('The relative standard error of every estimate, such as 0.016.'),
});
