// The event of a change of access: who got or lost a role, and which fleet token was issued or revoked, by its name.

import { z } from 'zod';
import { envelope } from './event-envelope.ts';

/** `number` is that of the access revision. */
export const AccessChanged = z.strictObject({
  ...envelope,
  kind: z.literal('AccessChanged'),
  data: z.strictObject({
    number: z.int().positive(),
    note: z.string().nullable(),
    /** Role and member, such as `owner email:ada@example.com`. */
    granted: z.array(z.string()),
    /** In the same form. */
    withdrawn: z.array(z.string()),
    issued: z.string().nullable(),
    revoked: z.string().nullable(),
  }),
});
