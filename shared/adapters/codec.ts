// How a document becomes bytes in a store and comes back; shared by the stores so that they can't differ. Writing always
// checks the schema. Reading trusts what carries its own digest, since only Pinward writes those; without a right digest
// (somebody edited the store by hand) the schema decides. So the poll path never pays for loading the schemas.

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

/** What every store takes; Firestore's limit of 1 MiB counts names and other fields, too. A policy is far below. */
const maxBytes = 1_000_000;

/** Raise when a schema changes so that older documents must be checked again. */
const schemaVersion = 1;

interface EncodedPut extends Encoded {
  /** When the store may forget it (milliseconds since 1970); null for never. */
  readonly expireAt: number | null;
  readonly write: Put;
  /** The document's name for people, such as `revision/0000000041`. */
  readonly document: string;
}

/** A removal has no bytes: `'body' in encoded` tells the two apart. */
export type EncodedWrite = EncodedPut | { readonly write: Remove; readonly document: string };

/**
 * The bytes of a whole commit. Bugs of the caller throw: a value that breaks its schema or is too large, and two writes of
 * one document, which databases understand differently.
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
      if (bytes > maxBytes) throw new Error(`${document} has ${bytes} bytes; ${maxBytes} are the most`);
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

/** The document, or `document_corrupt` with what is wrong with it. `name` is for people, such as `revision/0000000041`. */
export async function decode<K extends Kind>(kind: K, name: string, stored: Encoded): Promise<Result<Documents[K]>> {
  const parsed = parseJson(stored.body);
  if (parsed === undefined) return fail({ code: 'document_corrupt', document: name, detail: 'it is not JSON' });
  // The digest covers the kind: `encode` made these bytes from a value of this very type.
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
