// The keys of documents: the key with which a function signs what it writes, and the public keys of all writers. They
// are other keys than the one that signs answers for machines. A writer may have several keys while one replaces
// another.

import type { Head } from '../../domain/events/head.ts';
import { type PublicKey, publicKeyOf } from '../../domain/serving/statement.ts';
import { type Writer, writers } from '../../domain/writers.ts';
import type { Signer } from '../../ports.ts';

/** A head of the history with the signature of the commit that moved it. */
export interface LoggedHead extends Head {
  readonly signature: string;
}

export interface DocumentKeys {
  /** Signs what this process writes. Null: it writes no document that is signed. */
  readonly signer: Signer | null;
  readonly writers: WriterKeys;
  /**
   * `accept`: documents without a signature are taken if they pass their schema, as before there were signatures. One with
   * a wrong signature never is.
   */
  readonly unsigned: 'refuse' | 'accept';
  /** Gets the signed head of the history after each commit that moved it. */
  readonly onHead?: (head: LoggedHead) => void;
  /** Gets the reason of each commit that could not be signed. */
  readonly onUnsigned?: (detail: string) => void;
  /** Gets the name of each document that was refused, and why. */
  readonly onRefused?: (document: string, detail: string) => void;
}

/** By the key's id. */
export type WriterKeys = ReadonlyMap<string, WriterKey>;

export interface WriterKey {
  readonly writers: readonly Writer[];
  /** SubjectPublicKeyInfo (RFC 5480). */
  readonly der: Buffer;
}

/**
 * Reads the list of all writers' keys: WRITER:KEY, with commas, where KEY is a SubjectPublicKeyInfo in Base64. Throws an
 * `Error` with a text for the operator.
 */
export function readWriterKeys(items: readonly string[]): WriterKeys {
  const keys = new Map<string, WriterKey>();
  for (const item of items) {
    const [name, base64 = ''] = item.split(':');
    const writer = writers.find((candidate) => candidate === name);
    if (writer === undefined) throw new Error(`"${name}" is no writer of documents: use ${writers.join(', ')}`);
    const der = Buffer.from(base64, 'base64');
    const { id } = publicKeyOf(der);
    keys.set(id, { der: checkKey(writer, der), writers: [...(keys.get(id)?.writers ?? []), writer] });
  }
  return keys;
}

/** One key for all writers, where all functions run in one process. */
export function oneKeyForAll({ id, der }: PublicKey): WriterKeys {
  return new Map([[id, { writers, der }]]);
}

/** Refuses what isn't a key on P-256, without the cost of making a key of it at start. */
function checkKey(owner: string, der: Buffer): Buffer {
  if (der.length === 91 && der.toString('hex').startsWith(p256)) return der;
  throw new Error(`the key of ${owner} is not a public key on the curve P-256 (SubjectPublicKeyInfo in Base64)`);
}

/** How a SubjectPublicKeyInfo of an uncompressed point on P-256 begins (RFC 5480). */
const p256 = '3059301306072a8648ce3d020106082a8648ce3d03010703420004';
