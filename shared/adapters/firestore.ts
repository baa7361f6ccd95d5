// The production store: Google Firestore in native mode, with one collection for each kind. A document has a `body` in
// JSON, its signature as `digest`, its `id` and the `commit` that wrote it. Lists are ordered by `id`, because a descending
// order of names would need an index. Versions are Firestore's update times. The first call loads the client library.

import { randomUUID } from 'node:crypto';
import type { DocumentSnapshot, Firestore } from '@google-cloud/firestore';
import type { Documents, Kind } from '../domain/documents.ts';
import { fail, ok, type Result } from '../domain/fault.ts';
import type { Page, Store, Stored, Write } from '../ports.ts';
import { withTimeout } from '../with-timeout.ts';
import { type Codec, createCodec, type EncodedCommit } from './documents/codec.ts';
import type { DocumentKeys } from './documents/document-keys.ts';
import { versionOf } from './documents/edition.ts';
import { addTo, commitOnce, documentOf, isAsExpected, openClient, updateTimeOf } from './firestore-client.ts';

interface FirestoreOptions {
  readonly project: string;
  /** Default: `(default)`. */
  readonly database?: string;
  /** HOST:PORT of an emulator. The library reads FIRESTORE_EMULATOR_HOST itself and prefers it. */
  readonly emulator?: string;
  readonly keys: DocumentKeys;
}

/** After this time, a call fails with `store_unavailable`. */
const callTimeoutMs = 5_000;

/** gRPC codes of a failed precondition: NOT_FOUND, ALREADY_EXISTS, FAILED_PRECONDITION, and ABORTED for contention. */
const conflictCodes: readonly unknown[] = [5, 6, 9, 10];

export function openFirestore(options: FirestoreOptions): Store {
  return new FirestoreStore(options);
}

class FirestoreStore implements Store {
  readonly #options: FirestoreOptions;
  readonly #codec: Codec;
  #client: Promise<Firestore> | null = null;
  /** Calls of the library that haven't ended, including those that timed out here. */
  readonly #running = new Set<Promise<unknown>>();
  #isClosed = false;
  #termination: Promise<void> | null = null;

  constructor(options: FirestoreOptions) {
    this.#options = options;
    this.#codec = createCodec(options.keys);
  }

  async read<K extends Kind>(kind: K, id: string): Promise<Result<Stored<Documents[K]> | null>> {
    const found = await this.#call((client) => documentOf(client, kind, id).get());
    if (!found.ok) return found;
    return found.value.exists ? this.#stored(kind, found.value) : ok(null);
  }

  async list<K extends Kind>(kind: K, { order, limit, after }: Page): Promise<Result<readonly Stored<Documents[K]>[]>> {
    const found = await this.#call((client) => {
      const query = client.collection(kind).orderBy('id', order === 'ascending' ? 'asc' : 'desc');
      return (after === undefined ? query : query.startAfter(after)).limit(limit).get();
    });
    if (!found.ok) return found;
    const documents: Stored<Documents[K]>[] = [];
    for (const snapshot of found.value.docs) {
      const stored = await this.#stored(kind, snapshot);
      if (!stored.ok) return stored;
      documents.push(stored.value);
    }
    return ok(documents);
  }

  async commit(writes: readonly Write[]): Promise<Result<null>> {
    if (writes.length === 0) return ok(null);
    const encoded = await this.#codec.encodeAll(writes);
    if (!encoded.ok) return encoded;
    // Unique, so that writing an equal value changes the document, too, and gives it a new update time.
    const commit = randomUUID();
    const committed = await this.#call(async (client) => {
      const batch = client.batch();
      for (const each of encoded.value.writes) await addTo(batch, client, each, commit);
      return commitOnce(batch).then(
        () => 'done' as const,
        (cause) => (conflictCodes.includes(codeOf(cause)) ? ('conflict' as const) : Promise.reject(cause)),
      );
    });
    if (!committed.ok) return committed;
    const outcome = committed.value === 'done' ? ok(null) : await this.#explainConflict(encoded.value, commit);
    if (outcome.ok) this.#codec.committed(encoded.value);
    return outcome;
  }

  /** Waits for running calls: on a closed client, a retry of a read throws an error that nobody can catch. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#termination ??= Promise.all(this.#running).then(async () => (await this.#client)?.terminate());
    await withCallTimeout(this.#termination).catch(() => undefined);
  }

  /**
   * Finds the write that failed, which Firestore doesn't say. If a response is lost, the library sends a commit twice,
   * and the commit conflicts with itself. Then the documents have its `commit`, and it succeeded.
   */
  async #explainConflict({ writes }: EncodedCommit, commit: string): Promise<Result<null>> {
    const found = await this.#call((client) =>
      client.getAll(...writes.map(({ write: { kind, id } }) => documentOf(client, kind, id))),
    );
    if (!found.ok) return found;
    const states = writes.map((each, at) => ({ ...each, snapshot: found.value[at] }));
    const puts = states.filter((each) => 'body' in each);
    if (puts.length > 0 && puts.every(({ snapshot }) => snapshot?.get('commit') === commit)) return ok(null);
    const conditional = puts.filter(({ write }) => write.expect !== 'any');
    const failed = conditional.find(({ write, snapshot }) => !isAsExpected(write.expect, snapshot)) ?? conditional[0];
    return failed === undefined
      ? fail({ code: 'store_unavailable', detail: 'too many writers at once' })
      : fail({ code: 'write_conflict', document: failed.document });
  }

  async #call<T>(request: (client: Firestore) => Promise<T>): Promise<Result<T>> {
    if (this.#isClosed) return fail({ code: 'store_unavailable', detail: 'the store is closed' });
    this.#client ??= openClient(this.#options);
    const response = this.#client.then(request);
    const ended = response.catch(() => undefined).finally(() => this.#running.delete(ended));
    this.#running.add(ended);
    try {
      return ok(await withCallTimeout(response));
    } catch (cause) {
      return fail({ code: 'store_unavailable', detail: cause instanceof Error ? cause.message : String(cause) });
    }
  }

  async #stored<K extends Kind>(kind: K, snapshot: DocumentSnapshot): Promise<Result<Stored<Documents[K]>>> {
    const id = decodeURIComponent(snapshot.id);
    // A document that was edited by hand may lack these fields or have another type. Then no signature matches.
    const [body = '', signature = ''] = ['body', 'digest'].map((field) => String(snapshot.get(field) ?? ''));
    const decoded = await this.#codec.decode(kind, id, { body, signature });
    if (!decoded.ok) return decoded;
    const { value, edition } = decoded.value;
    return ok({ id, version: versionOf(edition, updateTimeOf(snapshot)), value });
  }
}

function codeOf(cause: unknown): unknown {
  return cause instanceof Error && 'code' in cause ? cause.code : undefined;
}

function withCallTimeout<T>(response: Promise<T>): Promise<T> {
  return withTimeout(response, callTimeoutMs, () => {
    throw new Error(`no response within ${callTimeoutMs / 1000} s`);
  });
}
