// The production store: Google Firestore in native mode, one collection a kind. A document has its `body` as JSON, the
// codec's `digest`, its `id` (to list by: descending names would need an index of their own) and the `commit` that wrote
// it. Versions are Firestore's update times. The client library is loaded with the first call.

import { randomUUID } from 'node:crypto';
import type { DocumentSnapshot, Firestore } from '@google-cloud/firestore';
import type { Documents, Kind } from '../domain/documents.ts';
import { fail, ok, type Result } from '../domain/fault.ts';
import type { Page, Store, Stored, Write } from '../ports.ts';
import { withTimeout } from '../with-timeout.ts';
import { decode, type EncodedWrite, encodeAll } from './codec.ts';
import { addTo, commitOnce, documentOf, isAsExpected, openClient, versionOf } from './firestore-client.ts';

interface FirestoreOptions {
  readonly project: string;
  /** Firestore's `(default)` when absent. */
  readonly database?: string;
  /** HOST:PORT of an emulator; FIRESTORE_EMULATOR_HOST, which the library reads itself, goes before it. */
  readonly emulator?: string;
}

/** How long a call may take before the store counts as unavailable, in milliseconds. */
const answerWithinMs = 5_000;

/** The gRPC codes of a broken precondition: NOT_FOUND, ALREADY_EXISTS, FAILED_PRECONDITION, and ABORTED by contention. */
const conflictCodes: readonly unknown[] = [5, 6, 9, 10];

export function openFirestore(options: FirestoreOptions): Store {
  return new FirestoreStore(options);
}

class FirestoreStore implements Store {
  readonly #options: FirestoreOptions;
  #client: Promise<Firestore> | null = null;
  /** What the library is still at, also when we have given up on it. */
  readonly #running = new Set<Promise<unknown>>();
  #isClosed = false;
  #ended: Promise<void> | null = null;

  constructor(options: FirestoreOptions) {
    this.#options = options;
  }

  async read<K extends Kind>(kind: K, id: string): Promise<Result<Stored<Documents[K]> | null>> {
    const found = await this.#ask((client) => documentOf(client, kind, id).get());
    if (!found.ok) return found;
    return found.value.exists ? toStored(kind, found.value) : ok(null);
  }

  async list<K extends Kind>(kind: K, { order, limit, after }: Page): Promise<Result<readonly Stored<Documents[K]>[]>> {
    const found = await this.#ask((client) => {
      const query = client.collection(kind).orderBy('id', order === 'ascending' ? 'asc' : 'desc');
      return (after === undefined ? query : query.startAfter(after)).limit(limit).get();
    });
    if (!found.ok) return found;
    const documents: Stored<Documents[K]>[] = [];
    for (const snapshot of found.value.docs) {
      const stored = await toStored(kind, snapshot);
      if (!stored.ok) return stored;
      documents.push(stored.value);
    }
    return ok(documents);
  }

  async commit(writes: readonly Write[]): Promise<Result<null>> {
    const encoded = await encodeAll(writes);
    if (encoded.length === 0) return ok(null);
    // Differs each time, so that writing the same value again is a change to Firestore, too, with a new update time.
    const commit = randomUUID();
    const committed = await this.#ask(async (client) => {
      const batch = client.batch();
      for (const each of encoded) await addTo(batch, client, each, commit);
      return commitOnce(batch).then(
        () => 'done' as const,
        (cause) => (conflictCodes.includes(codeOf(cause)) ? ('conflict' as const) : Promise.reject(cause)),
      );
    });
    if (!committed.ok) return committed;
    return committed.value === 'done' ? ok(null) : this.#explainConflict(encoded, commit);
  }

  /** Waits for what is under way: the library throws past its callers when it retries a read on a client that is closed. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#ended ??= Promise.all(this.#running).then(async () => (await this.#client)?.terminate());
    await inTime(this.#ended).catch(() => undefined);
  }

  /**
   * Firestore doesn't say which write of a commit failed, so this looks. A commit that the library sent twice, because the
   * first answer got lost, conflicts with itself: the documents then bear its mark, and all is well.
   */
  async #explainConflict(encoded: readonly EncodedWrite[], commit: string): Promise<Result<null>> {
    const found = await this.#ask((client) =>
      client.getAll(...encoded.map(({ write: { kind, id } }) => documentOf(client, kind, id))),
    );
    if (!found.ok) return found;
    const states = encoded.map((each, at) => ({ ...each, snapshot: found.value[at] }));
    const puts = states.filter((each) => 'body' in each);
    if (puts.length > 0 && puts.every(({ snapshot }) => snapshot?.get('commit') === commit)) return ok(null);
    const conditional = puts.filter(({ write }) => write.expect !== 'any');
    const broken = conditional.find(({ write, snapshot }) => !isAsExpected(write.expect, snapshot)) ?? conditional[0];
    return broken === undefined
      ? fail({ code: 'store_unavailable', detail: 'too many writers at once' })
      : fail({ code: 'write_conflict', document: broken.document });
  }

  async #ask<T>(question: (client: Firestore) => Promise<T>): Promise<Result<T>> {
    if (this.#isClosed) return fail({ code: 'store_unavailable', detail: 'the store is closed' });
    this.#client ??= openClient(this.#options);
    const answer = this.#client.then(question);
    const ended = answer.catch(() => undefined).finally(() => this.#running.delete(ended));
    this.#running.add(ended);
    try {
      return ok(await inTime(answer));
    } catch (cause) {
      return fail({ code: 'store_unavailable', detail: cause instanceof Error ? cause.message : String(cause) });
    }
  }
}

async function toStored<K extends Kind>(kind: K, snapshot: DocumentSnapshot): Promise<Result<Stored<Documents[K]>>> {
  const id = decodeURIComponent(snapshot.id);
  // What somebody edited by hand may lack these or have them of any type; then they are no bytes of ours.
  const [body, digest] = [snapshot.get('body'), snapshot.get('digest')].map((field: unknown) => String(field ?? ''));
  const value = await decode(kind, `${kind}/${id}`, { body: body ?? '', digest: digest ?? '' });
  return value.ok ? ok({ id, version: versionOf(snapshot), value: value.value }) : value;
}

function codeOf(cause: unknown): unknown {
  return cause instanceof Error && 'code' in cause ? cause.code : undefined;
}

function inTime<T>(answer: Promise<T>): Promise<T> {
  return withTimeout(answer, answerWithinMs, () => {
    throw new Error(`no answer within ${answerWithinMs / 1000} s`);
  });
}
