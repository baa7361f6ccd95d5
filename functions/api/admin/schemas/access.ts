// What goes over the wire in the calls for roles and fleet tokens.

import { z } from 'zod';
import { AccessRevision } from '../../../../shared/domain/access/access.ts';
import { FleetToken } from '../../../../shared/domain/access/fleet-token.ts';

export const AccessQuery = z.strictObject({
  note: z.string().max(500).optional().describe('Why; kept in the history and shown in the event.'),
});

export const AccessChangeReply = z.strictObject({
  number: z.int().nonnegative().describe('The number that stands now; the ETag of GET /v1/access.'),
  changed: z.boolean(),
});

export const AccessRevisionsReply = z.strictObject({
  revisions: z.array(AccessRevision.omit({ roles: true })),
  next: z.int().nullable().describe('Pass as `before` for the next page; null at the end.'),
});

const TokenReply = FleetToken.omit({ sha256: true }).extend({
  state: z.enum(['active', 'expired', 'revoked']),
  lastUsed: z.iso.date().nullable().describe('The last day on which an instance saw it in use.'),
});
export type TokenReply = z.infer<typeof TokenReply>;

export const TokensReply = z.strictObject({ tokens: z.array(TokenReply) });

export const IssuedReply = z.strictObject({
  name: z.string(),
  token: z.string().describe('Shown this once; only its hash is kept. Known to every instance after 15 seconds.'),
  expiresAt: z.iso.datetime(),
});
