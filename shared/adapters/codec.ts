// The codec of stored documents: JSON with a digest, the same in all stores. Writing always checks the schema. Reading
// trusts a document whose digest is right, because only Pinward writes those. If somebody edited the document by hand,
// the schema decides. So a poll never has to load the schemas.

import { createHash } from 'node:crypto';
import { dayMs } from '../domain/day.ts';
import type { Documents, Kind } from '../domain/documents.ts';
import { fail, ok, type Result } from '../domain/fault.ts';
import type { Put, Remove, Write } from '../ports.ts';

interface Encoded {
  /** JSON. */
  readonly body: string;
  readonly digest: string;
}

/** Below Firestore's limit of 1 MiB, which includes names and other fields. A policy is much smaller. */
const maxBytes = 1_000_000;

/** Raise this when a schema changes in a way that requires older documents to be checked again. */
const schemaVersion = 1;

interface EncodedPut extends Encoded {
  /** When the store may delete the document (milliseconds since 1970), or null. */
  readonly expireAt: number | null;
  readonly write: Put;
  /** The document's name for people, such as `revision/0000000041`. */
  readonly document: string;
}

/** A removal has no `body`. */
export type EncodedWrite = EncodedPut | { readonly write: Remove; readonly document: string };

/**
 * Encodes a whole commit. Throws for bugs of the caller: a value that is too large or breaks its schema, or two writes
 * of one document, which databases treat differently.
 */
export async function encodeAll(writes: readonly Write[]): Promise<readonly EncodedWrite[]> {
  const names = new Set(writes.map(nameOf));
  if (names.size < writes.length) throw new Error(`a commit writes one document twice: ${writes.map(nameOf)}`);
  return Promise.all(
    writes.map(async (write) => {
      const document = nameOf(write);
      if ('remove' in write) return { write, document };
      const encoded = await encode(write.kind, write.value);
      const bytes = Buffer.byteLength(encoded.body);
      if (bytes > maxBytes) throw new Error(`${document} has ${bytes} bytes, the limit is ${maxBytes}`);
      return { write, document, ...encoded };
    }),
  );
}

async function encode<K extends Kind>(kind: K, value: Documents[K]): Promise<Encoded & { expireAt: number | null }> {
  const { keptDays, schemas } = await import('../domain/documents.ts');
  const body = JSON.stringify(schemas[kind].parse(value));
  const days = keptDays[kind];
  return { body, digest: digestOf(kind, body), expireAt: days === undefined ? null : Date.now() + days * dayMs };
}

/** Faults: `document_corrupt`. `name` is for its text, such as `revision/0000000041`. */
export async function decode<K extends Kind>(kind: K, name: string, stored: Encoded): Promise<Result<Documents[K]>> {
  const parsed = parseJson(stored.body);
  if (parsed === undefined) return fail({ code: 'document_corrupt', document: name, detail: 'it is not JSON' });
  // The cast is safe: the digest covers the kind, so `encode` made this text from a value of this type.
  if (stored.digest === digestOf(kind, stored.body)) return ok(parsed as Documents[K]);
  const { schemas } = await import('../domain/documents.ts');
  const checked = schemas[kind].safeParse(parsed);
  if (checked.success) return ok(checked.data);
  const [issue] = checked.error.issues;
  const detail = issue === undefined ? 'unknown' : `/${issue.path.join('/')}: ${issue.message}`;
  return fail({ code: 'document_corrupt', document: name, detail });
}

function nameOf({ kind, id }: Write): string {
  return `${kind}/${id}`;
}

function digestOf(kind: Kind, body: string): string {
  return createHash('sha256').update(`${schemaVersion}\n${kind}\n${body}`).digest('base64url');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
