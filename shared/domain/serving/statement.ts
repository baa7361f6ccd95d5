// What Pinward signs, as text that a shell can put together byte by byte without reading JSON. A statement says of one
// answer whose it is, in which format and until when; a voucher says that an older key trusts a newer one.

import { createHash } from 'node:crypto';
import { dayMs } from '../day.ts';

export interface Statement {
  readonly organisation: string;
  /** The extension of the format without its dot, such as `settings.json`. */
  readonly format: string;
  readonly revision: number;
  /** Hex SHA-256 of the body: the ETag without its quotes. */
  readonly sha256: string;
  /** As Pinward-Valid-Until has it. */
  readonly validUntil: string;
}

export interface Voucher {
  readonly organisation: string;
  /** The id of the key that is vouched for. */
  readonly key: string;
  /** Hex SHA-256 of that key's DER SubjectPublicKeyInfo, of which the id is only the start. */
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

/** How many days after its own an answer may be trusted by a machine that can't refresh it. */
const validDays = 7;

/** Until when an answer given now may be trusted; moves once a day (UTC), so that a day is the period of a signature. */
export function validUntilOf(now: number): string {
  const nextDay = (Math.floor(now / dayMs) + 1) * dayMs;
  return `${new Date(nextDay + validDays * dayMs).toISOString().slice(0, 19)}Z`;
}

/** Two different statements have different texts: no value can bring a line of its own. */
export function statementText({ organisation, format, revision, sha256, validUntil }: Statement): string {
  return linesOf('pinward-statement-v1', [
    ['organisation', organisation],
    ['format', format],
    ['revision', String(revision)],
    ['sha256', sha256],
    ['valid-until', validUntil],
  ]);
}

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

/** Whether a name can stand in a line, a header and a shell's word, and be one to compare byte by byte. */
export function isOrganisation(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name);
}

function linesOf(title: string, fields: readonly (readonly [string, string])[]): string {
  const broken = fields.find(([, value]) => /\p{Cc}/u.test(value));
  if (broken !== undefined) throw new Error(`the ${broken[0]} of what is signed has a control character in it`);
  return [title, ...fields.map(([name, value]) => `${name}: ${value}`)].map((line) => `${line}\n`).join('');
}
