// Firestore's client library as the store (firestore.ts) uses it: how it is opened, how long it may go on trying, and how
// documents, writes and versions are put in its terms.

import type { DocumentReference, DocumentSnapshot, Firestore, Timestamp, WriteBatch } from '@google-cloud/firestore';
import type { Put } from '../ports.ts';
import type { EncodedWrite } from './codec.ts';

/** How long the library may try to commit, in milliseconds: less than the store waits, so that nothing lands later. */
const commitWithinMs = 4_000;

/** One attempt to read. The library makes fifteen, which can't be set; the store doesn't wait for all of them. */
const attemptWithinMs = 4_000;

/** Overrides google-gax's defaults (of ten minutes); the names are those of firestore_client_config.json. */
const clientConfig = {
  interfaces: {
    'google.firestore.v1.Firestore': {
      retry_codes: { transient: ['RESOURCE_EXHAUSTED', 'ABORTED', 'UNAVAILABLE'] },
      retry_params: {
        bounded: {
          initial_retry_delay_millis: 100,
          retry_delay_multiplier: 2,
          max_retry_delay_millis: 1_000,
          initial_rpc_timeout_millis: commitWithinMs,
          rpc_timeout_multiplier: 1,
          max_rpc_timeout_millis: commitWithinMs,
          total_timeout_millis: commitWithinMs,
        },
      },
      methods: {
        BatchGetDocuments: { timeout_millis: attemptWithinMs },
        RunQuery: { timeout_millis: attemptWithinMs },
        Commit: { timeout_millis: commitWithinMs, retry_codes_name: 'transient', retry_params_name: 'bounded' },
      },
    },
  },
};

export async function openClient(options: {
  readonly project: string;
  readonly database?: string;
  readonly emulator?: string;
}): Promise<Firestore> {
  const { Firestore: Client } = await import('@google-cloud/firestore');
  return new Client({
    projectId: options.project,
    clientConfig,
    ...(options.database === undefined ? {} : { databaseId: options.database }),
    ...(options.emulator === undefined ? {} : { host: options.emulator, ssl: false }),
  });
}

/** Ids may hold what names in Firestore can't: a slash, or the dots and underscores that it keeps for itself. */
export function documentOf(client: Firestore, kind: string, id: string): DocumentReference {
  const first = id.startsWith('.') ? '%2E' : id.startsWith('_') ? '%5F' : '';
  return client.collection(kind).doc(first + encodeURIComponent(first === '' ? id : id.slice(1)));
}

export async function addTo(batch: WriteBatch, client: Firestore, encoded: EncodedWrite, commit: string) {
  const { kind, id } = encoded.write;
  const document = documentOf(client, kind, id);
  if (!('body' in encoded)) {
    batch.delete(document);
    return;
  }
  const { write, body, digest, expireAt } = encoded;
  const fields = { id, body, digest, commit, ...(expireAt === null ? {} : { expireAt: new Date(expireAt) }) };
  if (write.expect === 'any') batch.set(document, fields);
  else if (write.expect === 'absent') batch.create(document, fields);
  else batch.update(document, fields, { lastUpdateTime: await toTimestamp(write.expect.version) });
}

/**
 * Commits with the retries of `clientConfig`. `batch.commit()` would go on for ten minutes, so that a change could happen
 * long after its author was told that the store is unavailable; it is this very call with retries of its own.
 */
export async function commitOnce(batch: WriteBatch): Promise<void> {
  // Internal to the library, which is pinned; a test on a dead emulator shows that nothing is sent later.
  await (batch as WriteBatch & { _commit(options: object): Promise<unknown> })._commit({});
}

/** The update time of a document that is there. */
export function versionOf({ updateTime }: DocumentSnapshot): string {
  return updateTime === undefined ? '' : `${updateTime.seconds}.${updateTime.nanoseconds}`;
}

export function isAsExpected(expect: Put['expect'], snapshot: DocumentSnapshot | undefined): boolean {
  if (expect === 'any') return true;
  if (expect === 'absent') return snapshot?.exists !== true;
  return snapshot?.exists === true && versionOf(snapshot) === expect.version;
}

async function toTimestamp(version: string): Promise<Timestamp> {
  const { Timestamp: Time } = await import('@google-cloud/firestore');
  const [seconds, nanoseconds] = version.split('.').map(Number);
  return new Time(seconds ?? Number.NaN, nanoseconds ?? Number.NaN);
}
