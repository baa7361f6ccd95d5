// Signed texts. A statement says whose policy a response holds, in which format, and until when it is valid. A voucher
// says that an older key trusts a newer one. A shell script can build both texts without a JSON parser.

import { createHash } from 'node:crypto';
import { dayMs } from '../day.ts';

/** The content of a statement about one response. */
export interface Statement {
  readonly organisation: string;
  /** The extension of the format without its dot, such as `settings.json`. */
  readonly format: string;
  readonly revision: number;
  /** Hex SHA-256 of the body: the ETag without its quotes. */
  readonly sha256: string;
  /** As in the header Pinward-Valid-Until: ISO 8601, UTC, without milliseconds. */
  readonly validUntil: string;
}

/** The content of a voucher for a newer key. */
export interface Voucher {
  readonly organisation: string;
  /** The id of the newer key. */
  readonly key: string;
  /** Hex SHA-256 of that key's DER SubjectPublicKeyInfo; the id is the start of it. */
  readonly sha256: string;
  readonly validUntil: string;
}

/** The public half of an ECDSA P-256 key. */
export interface PublicKey {
  /** The first 16 hex digits of the SHA-256 of `der`. */
  readonly id: string;
  readonly sha256: string;
  /** SubjectPublicKeyInfo (RFC 5480). */
  readonly der: Buffer;
}

/** How many days a machine that can't reach Pinward may trust a response, after the day of the response. */
const validDays = 7;

/** Until when a response of this moment is valid. Changes once a day (UTC), so each response is signed once a day. */
export function validUntilOf(now: number): string {
  const nextDay = (Math.floor(now / dayMs) + 1) * dayMs;
  return `${new Date(nextDay + validDays * dayMs).toISOString().slice(0, 19)}Z`;
}

/** The text to sign. Different statements have different texts, because no value can contain a line break. */
export function statementText({ organisation, format, revision, sha256, validUntil }: Statement): string {
  return linesOf('pinward-statement-v1', [
    ['organisation', organisation],
    ['format', format],
    ['revision', String(revision)],
    ['sha256', sha256],
    ['valid-until', validUntil],
  ]);
}

/** The text to sign, by the older key. */
export function voucherText({ organisation, key, sha256, validUntil }: Voucher): string {
  return linesOf('pinward-key-v1', [
    ['organisation', organisation],
    ['key', key],
    ['sha256', sha256],
    ['valid-until', validUntil],
  ]);
}

export function publicKeyOf(der: Buffer): PublicKey {
  const sha256 = createHash('sha256').update(der).digest('hex');
  return { id: sha256.slice(0, 16), sha256, der };
}

/** Whether a name is safe in a line, a header and a shell's word, and can be compared byte by byte. */
export function isOrganisation(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name);
}

function linesOf(title: string, fields: readonly (readonly [string, string])[]): string {
  const unsafe = fields.find(([, value]) => /\p{Cc}/u.test(value));
  if (unsafe !== undefined) throw new Error(`the field ${unsafe[0]} of a signed text has a control character`);
  return [title, ...fields.map(([name, value]) => `${name}: ${value}`)].map((line) => `${line}\n`).join('');
}
