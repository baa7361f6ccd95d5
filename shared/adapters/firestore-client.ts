// Firestore's client library as firestore.ts uses it: options, time limits for retries, and the mapping of documents,
// writes and versions.

import type { DocumentReference, DocumentSnapshot, Firestore, Timestamp, WriteBatch } from '@google-cloud/firestore';
import type { Put } from '../ports.ts';
import type { EncodedWrite } from './documents/codec.ts';
import { databaseVersionOf } from './documents/edition.ts';

/** How long the library may retry a commit. Less than the store waits, so that no commit succeeds later. */
const commitTimeoutMs = 4_000;

/** For one attempt to read. The library always makes fifteen, but the store doesn't wait for all of them. */
const readTimeoutMs = 4_000;

/** Overrides google-gax's defaults of ten minutes. Names as in the library's firestore_client_config.json. */
const clientConfig = {
  interfaces: {
    'google.firestore.v1.Firestore': {
      retry_codes: { transient: ['RESOURCE_EXHAUSTED', 'ABORTED', 'UNAVAILABLE'] },
      retry_params: {
        bounded: {
          initial_retry_delay_millis: 100,
          retry_delay_multiplier: 2,
          max_retry_delay_millis: 1_000,
          initial_rpc_timeout_millis: commitTimeoutMs,
          rpc_timeout_multiplier: 1,
          max_rpc_timeout_millis: commitTimeoutMs,
          total_timeout_millis: commitTimeoutMs,
        },
      },
      methods: {
        BatchGetDocuments: { timeout_millis: readTimeoutMs },
        RunQuery: { timeout_millis: readTimeoutMs },
        Commit: { timeout_millis: commitTimeoutMs, retry_codes_name: 'transient', retry_params_name: 'bounded' },
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

/** Encodes what ids may have but Firestore's names may not: slashes, and a dot or an underscore at the start. */
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
  const { write, body, signature, expireAt } = encoded;
  // `digest` is the field's name in documents from before there were signatures.
  const fields = {
    id,
    body,
    digest: signature,
    commit,
    ...(expireAt === null ? {} : { expireAt: new Date(expireAt) }),
  };
  if (write.expect === 'any') batch.set(document, fields);
  else if (write.expect === 'absent') batch.create(document, fields);
  else batch.update(document, fields, { lastUpdateTime: await toTimestamp(databaseVersionOf(write.expect.version)) });
}

/**
 * Commits with the retries of `clientConfig`. `batch.commit()` is the same call with its own retries for ten minutes.
 * With it, a change could succeed long after its author got `store_unavailable`.
 */
export async function commitOnce(batch: WriteBatch): Promise<void> {
  // `_commit` is internal, but the version is pinned. A test with a dead emulator shows that nothing is sent later.
  await (batch as WriteBatch & { _commit(options: object): Promise<unknown> })._commit({});
}

/** The update time as SECONDS.NANOSECONDS; empty for a missing document. */
export function updateTimeOf({ updateTime }: DocumentSnapshot): string {
  return updateTime === undefined ? '' : `${updateTime.seconds}.${updateTime.nanoseconds}`;
}

export function isAsExpected(expect: Put['expect'], snapshot: DocumentSnapshot | undefined): boolean {
  if (expect === 'any') return true;
  if (expect === 'absent') return snapshot?.exists !== true;
  return snapshot?.exists === true && updateTimeOf(snapshot) === databaseVersionOf(expect.version);
}

async function toTimestamp(version: string): Promise<Timestamp> {
  const { Timestamp: Time } = await import('@google-cloud/firestore');
  const [seconds, nanoseconds] = version.split('.').map(Number);
  return new Time(seconds ?? Number.NaN, nanoseconds ?? Number.NaN);
}
