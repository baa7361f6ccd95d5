// The signature of a commit. A commit writes several documents and is signed once, because each signature is a call of
// Cloud KMS. What is signed is the list of all documents' hashes, and each document keeps that list. A document is
// authentic if its own hash is on a list that a writer of its kind signed.

import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { Kind } from '../../domain/documents.ts';
import { type Head, headText } from '../../domain/events/head.ts';
import { ok, type Result } from '../../domain/fault.ts';
import type { Signer } from '../../ports.ts';
import type { WriterKey, WriterKeys } from './document-keys.ts';

export interface Signed {
  /** Grows with every write of a document. */
  readonly edition: number;
  /** The owner of the key. */
  readonly by: WriterKey;
}

export interface NotSigned {
  /** Whether there is no signature at all, as before documents were signed. */
  readonly isUnsigned: boolean;
  /** Why, as a clause for people. */
  readonly detail: string;
}

/** `v1 EDITION KEY SIGNATURE HASH...`: the key's id, the signature in Base64, hashes in Base64url. */
const form = /^v1 (\d{1,15}) ([0-9a-f]{16}) ([A-Za-z0-9+/]+=*)((?: [A-Za-z0-9_-]{43})+)$/;

/** What stood there before there were signatures: nothing, or a digest. */
const before = /^(?:[A-Za-z0-9_-]{43})?$/;

/** The text to sign. Neither line can contain a line break. */
function textOf(edition: string, hashes: string): string {
  return `pinward-documents-v1\nedition: ${edition}\nhashes:${hashes}\n`;
}

/** Covers everything that makes a document what it is: a signature of another kind or id doesn't fit. */
export function documentHash(kind: Kind, id: string, body: string): string {
  return createHash('sha256')
    .update(`${JSON.stringify(['document', kind, id])}\n${body}`)
    .digest('base64url');
}

export function headHash(head: Head): string {
  return createHash('sha256')
    .update(`["head"]\n${headText(head)}`)
    .digest('base64url');
}

/** Faults: `signer_unavailable`. */
export async function signCommit(signer: Signer, edition: number, hashes: readonly string[]): Promise<Result<string>> {
  const list = hashes.map((hash) => ` ${hash}`).join('');
  const [key, signature] = await Promise.all([signer.publicKey(), signer.sign(textOf(String(edition), list))]);
  if (!key.ok) return key;
  if (!signature.ok) return signature;
  return ok(`v1 ${edition} ${key.value.id} ${signature.value.toString('base64')}${list}`);
}

const maxRemembered = 1_000;

/**
 * Returns a function that verifies that `hash` was signed. Signatures that it has verified are remembered, so that an
 * instance verifies an unchanged document once.
 */
export function createVerifier(keys: WriterKeys): (signature: string, hash: string) => Result<Signed, NotSigned> {
  const verified = new Map<string, Signed>();
  const keyObjects = new Map<string, KeyObject>();

  function keyOf(id: string, { der }: WriterKey): KeyObject {
    const key = keyObjects.get(id) ?? createPublicKey({ key: der, format: 'der', type: 'spki' });
    keyObjects.set(id, key);
    return key;
  }

  return (signature, hash) => {
    const [, edition = '', id = '', base64 = '', list = ''] = form.exec(signature) ?? [];
    if (id === '') return notSigned(signature);
    if (!list.includes(` ${hash}`)) return refuse('its signature is of other content');
    const known = verified.get(signature);
    if (known !== undefined) return ok(known);
    const by = keys.get(id);
    if (by === undefined) return refuse(`it is signed by ${id}, which is no writer's key`);
    if (!verify('sha256', Buffer.from(textOf(edition, list)), keyOf(id, by), Buffer.from(base64, 'base64')))
      return refuse('its signature is wrong');
    const signed = { edition: Number(edition), by };
    if (verified.size >= maxRemembered) verified.clear();
    verified.set(signature, signed);
    return ok(signed);
  };
}

function notSigned(signature: string): Result<never, NotSigned> {
  if (!before.test(signature)) return refuse('its signature is damaged');
  return { ok: false, fault: { isUnsigned: true, detail: 'it has no signature' } };
}

function refuse(detail: string): Result<never, NotSigned> {
  return { ok: false, fault: { isUnsigned: false, detail } };
}
