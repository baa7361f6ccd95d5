// The codec of stored documents: JSON with a signature, the same in all stores. Writing always checks the schema.
// Reading trusts a document that one of its writers signed, so a poll never has to load the schemas. A document that
// decides nothing has no signature, and must pass its schema.

import { dayMs } from '../../domain/day.ts';
import type { Documents, Kind } from '../../domain/documents.ts';
import { type Head, revisionHash } from '../../domain/events/head.ts';
import { fail, ok, type Result } from '../../domain/fault.ts';
import { isSigned, writersOf } from '../../domain/writers.ts';
import type { Put, Remove, Write } from '../../ports.ts';
import { createVerifier, documentHash, headHash, type NotSigned, signCommit } from './commit-signature.ts';
import type { DocumentKeys, LoggedHead } from './document-keys.ts';
import { nextEdition } from './edition.ts';

/** What a store keeps of a document. */
export interface StoredText {
  /** JSON. */
  readonly body: string;
  /** Empty for a document of a kind that isn't signed. */
  readonly signature: string;
}

interface EncodedPut extends StoredText {
  /** When the store may delete the document (milliseconds since 1970), or null. */
  readonly expireAt: number | null;
  readonly write: Put;
  /** The document's name for people, such as `revision/0000000041`. */
  readonly document: string;
}

/** A removal has no `body`. */
export type EncodedWrite = EncodedPut | { readonly write: Remove; readonly document: string };

export interface EncodedCommit {
  readonly writes: readonly EncodedWrite[];
  /** What the commit makes newest, or null. */
  readonly head: LoggedHead | null;
}

export interface Decoded<T> {
  readonly value: T;
  /** Grows with each write of the document; 0 without a signature. */
  readonly edition: number;
}

export interface Codec {
  /**
   * Encodes and signs a whole commit. Faults: `signer_unavailable`. Throws for bugs of the caller: a value that is too
   * large or breaks its schema, or two writes of one document, which databases treat differently.
   */
  encodeAll(writes: readonly Write[]): Promise<Result<EncodedCommit>>;
  /** Must be called after each commit that succeeded. */
  committed(commit: EncodedCommit): void;
  /** Faults: `document_corrupt`. */
  decode<K extends Kind>(kind: K, id: string, stored: StoredText): Promise<Result<Decoded<Documents[K]>>>;
}

/** Below Firestore's limit of 1 MiB, which includes names and other fields. A policy is much smaller. */
const maxBytes = 1_000_000;

export function createCodec(keys: DocumentKeys): Codec {
  const verifySigned = createVerifier(keys.writers);

  async function sign(writes: readonly EncodedWrite[]): Promise<Result<EncodedCommit>> {
    const signed = writes.filter((each) => 'body' in each).filter(({ write }) => isSigned(write.kind));
    if (signed.length === 0) return ok({ writes, head: null });
    if (keys.signer === null) throw new Error(`this function has no key to write ${signed[0]?.document}`);
    const head = headOf(signed);
    const hashes = signed.map(({ write: { kind, id }, body }) => documentHash(kind, id, body));
    const list = head === null ? hashes : [...hashes, headHash(head)];
    const signature = await signCommit(keys.signer, nextEdition(signed.map(({ write }) => write)), list);
    if (!signature.ok) return signature;
    const withSignature = new Map<EncodedWrite, EncodedPut>();
    for (const put of signed) withSignature.set(put, { ...put, signature: signature.value });
    const refused = [...withSignature.values()].find(
      ({ write, ...text }) => !checkSigned(write.kind, write.id, text, write.value).ok,
    );
    if (refused !== undefined) {
      const detail = `the key of this function is not one that may write ${refused.document}: see PINWARD_WRITERS`;
      return fail({ code: 'signer_unavailable', detail });
    }
    return ok({
      writes: writes.map((each) => withSignature.get(each) ?? each),
      head: head === null ? null : { ...head, signature: signature.value },
    });
  }

  function checkSigned<K extends Kind>(
    kind: K,
    id: string,
    { body, signature }: StoredText,
    value: Documents[K],
  ): Result<number, NotSigned> {
    const signed = verifySigned(signature, documentHash(kind, id, body));
    if (!signed.ok) return signed;
    const { edition, by } = signed.value;
    if (writersOf(kind, value).some((writer) => by.writers.includes(writer))) return ok(edition);
    const detail = `it is signed by ${by.writers.join(', ')}, which may not write it`;
    return { ok: false, fault: { isUnsigned: false, detail } };
  }

  async function decode<K extends Kind>(kind: K, id: string, stored: StoredText) {
    const document = `${kind}/${id}`;
    const corrupt = (detail: string) => {
      keys.onRefused?.(document, detail);
      return fail({ code: 'document_corrupt', document, detail });
    };
    const parsed = parseJson(stored.body);
    if (parsed === undefined) return corrupt('it is not JSON');
    if (isSigned(kind)) {
      // The cast is safe once it is checked: a writer made this text from a value of this type.
      const value = parsed as Documents[K];
      const edition = checkSigned(kind, id, stored, value);
      if (edition.ok) return ok({ value, edition: edition.value });
      if (keys.unsigned === 'refuse' || !edition.fault.isUnsigned) return corrupt(edition.fault.detail);
    }
    const { schemas } = await import('../../domain/documents.ts');
    const checked = schemas[kind].safeParse(parsed);
    if (checked.success) return ok({ value: checked.data, edition: 0 });
    const [issue] = checked.error.issues;
    return corrupt(issue === undefined ? 'unknown' : `/${issue.path.join('/')}: ${issue.message}`);
  }

  return {
    async encodeAll(writes) {
      const names = new Set(writes.map(nameOf));
      if (names.size < writes.length) throw new Error(`a commit writes one document twice: ${writes.map(nameOf)}`);
      const commit = await sign(await Promise.all(writes.map(encode)));
      if (!commit.ok && commit.fault.code === 'signer_unavailable') keys.onUnsigned?.(commit.fault.detail);
      return commit;
    },
    committed({ head }) {
      if (head !== null) keys.onHead?.(head);
    },
    decode,
  };
}

async function encode(write: Write): Promise<EncodedWrite> {
  const document = nameOf(write);
  if ('remove' in write) return { write, document };
  const { keptDays, schemas } = await import('../../domain/documents.ts');
  const body = JSON.stringify(schemas[write.kind].parse(write.value));
  const bytes = Buffer.byteLength(body);
  if (bytes > maxBytes) throw new Error(`${document} has ${bytes} bytes, the limit is ${maxBytes}`);
  const days = keptDays[write.kind];
  return { write, document, body, signature: '', expireAt: days === undefined ? null : Date.now() + days * dayMs };
}

function headOf(signed: readonly EncodedPut[]): Head | null {
  let [event, revision]: [Head['event'], Head['revision']] = [null, null];
  for (const { write } of signed) {
    if (write.kind === 'chainHead') event = write.value;
    if (write.kind !== 'published') continue;
    const { number } = write.value.revision;
    revision = { number, sha256: revisionHash(write.value.revision) };
  }
  return event === null && revision === null ? null : { event, revision };
}

function nameOf({ kind, id }: Write): string {
  return `${kind}/${id}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
