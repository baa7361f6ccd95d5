// Schemas of the calls for roles and fleet tokens.

import { z } from 'zod';
import { AccessRevision } from '../../../../shared/domain/access/access.ts';
import { FleetToken } from '../../../../shared/domain/access/fleet-token.ts';
import { Consequence } from '../../../../shared/domain/consequences/consequence.ts';
import { refused } from './common.ts';

export const AccessChangeReply = z.strictObject({
  number: z
    .int()
    .nonnegative()
    .describe('The current number of access, which is the ETag of GET /v1/access. With dry-run, what it would be.'),
  changed: z.boolean(),
});

/** The reply to a change of the roles. */
export const RolesReply = AccessChangeReply.extend({
  consequences: z.array(Consequence).describe('For each member the role before and after.'),
  risks: z.array(z.string()).describe('Why a second person must approve the change; empty when nobody must.'),
  proposal: z
    .int()
    .nullable()
    .describe(
      'The proposal that was made instead of the change (status 202); null when the change was made, and with dry-run.',
    ),
});

export const RevokedReply = AccessChangeReply.extend({
  name: z.string(),
  revokedAt: z.iso.datetime().describe('This instance refuses the token at once, all others within 15 seconds.'),
});

export const AccessRevisionsReply = z.strictObject({
  revisions: z.array(AccessRevision.omit({ roles: true })),
  refused,
  next: z.int().nullable().describe('Pass it as `before` to get the next page; null on the last page.'),
});

const TokenReply = FleetToken.omit({ sha256: true }).extend({
  state: z.enum(['active', 'expired', 'revoked']),
  lastUsed: z.iso.date().nullable().describe('The last day on which the token was used; null when it never was.'),
});
export type TokenReply = z.infer<typeof TokenReply>;

export const TokensReply = z.strictObject({ tokens: z.array(TokenReply) });

export const IssuedReply = z.strictObject({
  name: z.string(),
  token: z
    .string()
    .describe(
      'Shown only in this reply: Pinward stores a hash. It works on every instance after 15 seconds. Empty with dry-run.',
    ),
  expiresAt: z.iso.datetime(),
});
