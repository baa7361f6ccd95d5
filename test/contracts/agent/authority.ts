/**
 * The signing keys of an organisation, for the faulty server and for tests of agents: key ids, signatures of answers,
 * vouchers for new keys and the text of /v1/keys.txt.
 */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

export interface Key {
  /** The first 16 hex digits of the SHA-256 of the public key's DER. */
  readonly id: string;
  readonly sha256: string;
  /** The public key's DER, in base64. */
  readonly spki: string;
  readonly pem: string;
  readonly secret: KeyObject;
}

export interface Statement {
  readonly organisation: string;
  readonly format: string;
  readonly revision: string;
  readonly sha256: string;
  readonly validUntil: string;
}

export interface Voucher {
  readonly organisation: string;
  readonly key: Key;
  readonly by: Key;
  readonly validUntil: string;
}

export function newKey(): Key {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const der = publicKey.export({ type: 'spki', format: 'der' });
  const hash = sha256(der);
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  return { id: hash.slice(0, 16), sha256: hash, spki: der.toString('base64'), pem, secret: privateKey };
}

/** The value of Pinward-Signature. */
export function signatureOf(statement: Statement, by: Key): string {
  const { organisation, format, revision, sha256, validUntil } = statement;
  const text = `pinward-statement-v1
organisation: ${organisation}
format: ${format}
revision: ${revision}
sha256: ${sha256}
valid-until: ${validUntil}
`;
  return `v1 ${by.id} ${signText(text, by)}`;
}

/** A line of keys.txt with which one key vouches for another. */
export function voucherLine({ organisation, key, by, validUntil }: Voucher): string {
  const text = `pinward-key-v1
organisation: ${organisation}
key: ${key.id}
sha256: ${key.sha256}
valid-until: ${validUntil}
`;
  return `voucher ${key.id} by ${by.id} ${validUntil} ${signText(text, by)}`;
}

export function keysText(organisation: string, keys: readonly Key[], lines: readonly string[] = []): string {
  const named = keys.map(({ id, spki }) => `key ${id} ${spki}`);
  return [`organisation ${organisation}`, ...named, ...lines].map((line) => `${line}\n`).join('');
}

export function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function signText(text: string, { secret }: Key): string {
  return sign('sha256', Buffer.from(text), secret).toString('base64');
}
