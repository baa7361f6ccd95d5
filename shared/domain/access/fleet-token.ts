// Fleet tokens: credentials of root agents and CI, which have no Google account. Named, limited to reading, with labels
// that choose rings, and an end. Only their hash is kept, so whoever reads the store can't poll with it.

import { z } from 'zod';
import { dayMs } from '../day.ts';

/** With the roles, this many of the largest keep the document below what every store takes. */
export const maxTokens = 400;
const maxDays = 366;
/** So long a dead token is still listed, and its name not given again. */
const purgeAfterDays = 30;

const Label = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, 'a label has up to 64 of A-Z a-z 0-9 . _ -, as in key=value');

const Labels = z
  .record(Label, Label)
  .refine((labels) => Object.keys(labels).length <= 8, {
    message: 'more than 8 labels',
    params: { code: 'labels_many', fix: 'Keep the ones that rings match.' },
  })
  .default({});

const TokenName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, 'a token is named in lower case: letters, digits and -, 63 at most, a letter first');

/** Reading only: nothing that a root agent or a CI job keeps in a file should be able to move a pin. */
const TokenRole = z.enum(['machine', 'reader']);

/** What an owner asks for. */
export const TokenRequest = z.strictObject({
  name: TokenName,
  role: TokenRole.default('machine').describe('machine may only poll, reader may also look.'),
  labels: Labels.describe('Rings match them as label:key=value.'),
  days: z.int().min(1).max(maxDays).default(90).describe('How long it is good for.'),
});
export type TokenRequest = z.infer<typeof TokenRequest>;

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

/** The last day on which an instance saw a token in use. */
export const TokenUse = z.strictObject({ day: z.iso.date() });
export type TokenUse = z.infer<typeof TokenUse>;

export function tokenOf(request: TokenRequest, sha256: string, by: string, now: number): FleetToken {
  const { name, role, labels, days } = request;
  const createdAt = new Date(now).toISOString();
  const expiresAt = new Date(now + days * dayMs).toISOString();
  return { name, role, labels, sha256, createdBy: by, createdAt, expiresAt, revokedAt: null };
}

/** Whether a token has been dead for so long that it can be forgotten. */
export function isPurgeable({ expiresAt, revokedAt }: FleetToken, now: number): boolean {
  const end = revokedAt === null ? Date.parse(expiresAt) : Math.min(Date.parse(expiresAt), Date.parse(revokedAt));
  return now - end >= purgeAfterDays * dayMs;
}
