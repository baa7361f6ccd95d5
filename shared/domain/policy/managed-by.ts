// Managed by: the git repository that owns the policy. Pinward then takes changes from the identity that publishes the
// repository, and sends everybody else there.

import { z } from 'zod';

export const ManagedBy = z.strictObject({
  /** The address at which people change it. */
  repository: z
    .string()
    .max(300)
    .regex(
      /^https:\/\/[A-Za-z0-9.-]+(?::\d+)?(?:\/[A-Za-z0-9._~-]+)+\/?$/,
      'not the address of a repository, such as https://github.com/acme/claude-policy',
    ),
  /** The author of its changes, as the history names it: the address of a service account. */
  identity: z
    .string()
    .max(320)
    .regex(/^[a-z0-9._%+'@:-]+$/, 'not an identity, such as policy@acme-ci.iam.gserviceaccount.com'),
});
export type ManagedBy = z.infer<typeof ManagedBy>;
