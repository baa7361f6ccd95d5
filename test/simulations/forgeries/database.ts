// A database as somebody sees it who can write there: rows without a meaning, of sqlite or of Firestore's emulator.

import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { DocumentKeys } from '../../../shared/adapters/documents/document-keys.ts';
import { openFirestore } from '../../../shared/adapters/firestore.ts';
import { documentOf, openClient } from '../../../shared/adapters/firestore-client.ts';
import { openSqlite } from '../../../shared/adapters/sqlite.ts';
import type { Kind } from '../../../shared/domain/documents.ts';
import { signedKinds } from '../../../shared/domain/writers.ts';
import type { Store } from '../../../shared/ports.ts';

export interface Row {
  readonly kind: Kind;
  readonly id: string;
  readonly body: string;
  readonly signature: string;
}

export interface Database {
  /** All documents that are signed. */
  rows(): Promise<readonly Row[]>;
  put(row: Row): Promise<void>;
  remove(row: Pick<Row, 'kind' | 'id'>): Promise<void>;
  open(keys: DocumentKeys): Store;
  close(): Promise<void>;
}

export function nameOf({ kind, id }: Pick<Row, 'kind' | 'id'>): string {
  return `${kind}/${id}`;
}

export function openSqliteDatabase(): Database {
  const file = join(mkdtempSync(join(tmpdir(), 'pinward-')), 'pinward.db');
  const open = (keys: DocumentKeys) => openSqlite(file, keys);
  // Nothing is signed with it: it makes the table.
  void open({ signer: null, writers: new Map(), unsigned: 'refuse' }).close();
  const database = new DatabaseSync(file);
  const insert = database.prepare('REPLACE INTO document (kind, id, version, body, digest) VALUES (?, ?, ?, ?, ?)');
  const remove = database.prepare('DELETE FROM document WHERE kind = ? AND id = ?');
  let version = 1;
  return {
    rows: async () =>
      database
        .prepare('SELECT kind, id, body, digest FROM document ORDER BY kind, id')
        .all()
        .map((row) => rowOf(row['kind'], row['id'], row['body'], row['digest']))
        .filter(({ kind }) => signedKinds.includes(kind)),
    put: async ({ kind, id, body, signature }) => void insert.run(kind, id, version++, body, signature),
    remove: async ({ kind, id }) => void remove.run(kind, id),
    open,
    close: async () => database.close(),
  };
}

export async function openFirestoreDatabase(emulator: string): Promise<Database> {
  process.env['METADATA_SERVER_DETECTION'] = 'none';
  const project = `demo-${randomUUID().slice(0, 20)}`;
  const client = await openClient({ project, emulator });
  return {
    async rows() {
      const pages = await Promise.all(signedKinds.map(async (kind) => (await client.collection(kind).get()).docs));
      return pages.flatMap((docs, at) =>
        docs.map((doc) => rowOf(signedKinds[at], doc.get('id'), doc.get('body'), doc.get('digest'))),
      );
    },
    async put({ kind, id, body, signature }) {
      await documentOf(client, kind, id).set({ id, body, digest: signature, commit: 'none' });
    },
    async remove({ kind, id }) {
      await documentOf(client, kind, id).delete();
    },
    open: (keys) => openFirestore({ project, emulator, keys }),
    close: () => client.terminate(),
  };
}

/** The cast is safe: Pinward alone made the kinds. */
function rowOf(kind: unknown, id: unknown, body: unknown, signature: unknown): Row {
  return { kind: kind as Kind, id: String(id), body: String(body), signature: String(signature) };
}
