// Fleet tokens: credentials of root agents and CI, which have no Google account. A token can only read, has labels that
// select its ring, and expires. The store has only its hash, so a reader of the store can't poll with it.

import { z } from 'zod';
import { dayMs } from '../day.ts';

/** This many tokens of the largest size, with the roles, fit into one document of every store. */
export const maxTokens = 400;
const maxDays = 366;
/** A token that has expired or was revoked stays listed for this time, and its name stays taken. */
const purgeAfterDays = 30;

const Label = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, 'a label has up to 64 of A-Z a-z 0-9 . _ -, as in key=value');

const Labels = z
  .record(Label, Label)
  .refine((labels) => Object.keys(labels).length <= 8, {
    message: 'more than 8 labels',
    params: { code: 'labels_many', fix: 'Keep those that a ring matches.' },
  })
  .default({});

const TokenName = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,62}$/,
    'a token name has up to 63 lower-case letters, digits and -, and starts with a letter',
  );

/** Roles that only read. Agents and CI keep their token in a file, which must not be enough to move a pin. */
const TokenRole = z.enum(['machine', 'reader']);

/** An owner's request for a new token. */
export const TokenRequest = z.strictObject({
  name: TokenName,
  role: TokenRole.default('machine').describe(
    'machine may only poll; reader may also read the policy and its history.',
  ),
  labels: Labels.describe('Rings match them as label:key=value.'),
  days: z.int().min(1).max(maxDays).default(90).describe('Days until it expires.'),
});
export type TokenRequest = z.infer<typeof TokenRequest>;

/** A token as it is stored, under the hash of its secret. */
export const FleetToken = z.strictObject({
  name: TokenName,
  role: TokenRole,
  labels: Labels,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  createdBy: z.string().min(1).max(320),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  revokedAt: z.iso.datetime().nullable(),
});
export type FleetToken = z.infer<typeof FleetToken>;

/** The last day (UTC) on which a token was used. */
export const TokenUse = z.strictObject({ day: z.iso.date() });
export type TokenUse = z.infer<typeof TokenUse>;

/** The token to store. `now` is in milliseconds since 1970. */
export function tokenOf(request: TokenRequest, sha256: string, by: string, now: number): FleetToken {
  const { name, role, labels, days } = request;
  const createdAt = new Date(now).toISOString();
  const expiresAt = new Date(now + days * dayMs).toISOString();
  return { name, role, labels, sha256, createdBy: by, createdAt, expiresAt, revokedAt: null };
}

/** Whether a token expired or was revoked so long ago that it can be deleted. */
export function isPurgeable({ expiresAt, revokedAt }: FleetToken, now: number): boolean {
  const end = revokedAt === null ? Date.parse(expiresAt) : Math.min(Date.parse(expiresAt), Date.parse(revokedAt));
  return now - end >= purgeAfterDays * dayMs;
}
