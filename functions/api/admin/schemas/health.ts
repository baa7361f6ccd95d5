// The schema of the call for health.

import { z } from 'zod';

export const HealthReply = z.strictObject({
  status: z.enum(['ok', 'degraded']),
  revision: z.int().nullable(),
  policyAgeSeconds: z.int().nullable(),
  store: z.enum(['reachable', 'unreachable']),
  writable: z.boolean().describe('Whether the store takes writes. Pins are served without them.'),
  issues: z.array(z.strictObject({ what: z.string(), since: z.iso.datetime(), reason: z.string() })),
  warnings: z.array(z.string()).describe('What works, but weakens security, such as a use of PINWARD_ADMIN_TOKEN.'),
});
