// A sqlite store under test: a file of its own in a temporary folder, and two handles onto it.

import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openSqlite } from '../../shared/adapters/sqlite.ts';
import type { Kind } from '../../shared/domain/documents.ts';
import { testKeys } from './document-keys.ts';
import type { TestStore } from './stores.ts';

export interface SqliteStore extends TestStore {
  readonly file: string;
}

export async function openTestSqlite(): Promise<SqliteStore> {
  const folder = mkdtempSync(join(tmpdir(), 'pinward-'));
  const file = join(folder, 'pinward.db');
  const [store, other] = [openSqlite(file, testKeys), openSqlite(file, testKeys)];
  return {
    file,
    store,
    other,
    corrupt: async (kind, id, body) => {
      execute(file, 'UPDATE document SET body = ? WHERE kind = ? AND id = ?', body, kind, id);
    },
    [Symbol.asyncDispose]: async () => {
      await store.close();
      await other.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** Runs one statement past the adapter. */
export function execute(file: string, sql: string, ...values: string[]): void {
  const database = new DatabaseSync(file);
  database.prepare(sql).run(...values);
  database.close();
}

/** A document as the file has it. */
export function rowOf(file: string, kind: Kind, id: string): { readonly body: string; readonly digest: string } {
  const database = new DatabaseSync(file);
  const row = database.prepare('SELECT body, digest FROM document WHERE kind = ? AND id = ?').get(kind, id);
  database.close();
  return { body: String(row?.['body']), digest: String(row?.['digest']) };
}

/** Puts the text and the signature of one document in the place of another. */
export function copyDocument(file: string, kind: Kind, from: string, to: string): void {
  const { body, digest } = rowOf(file, kind, from);
  execute(file, 'UPDATE document SET body = ?, digest = ? WHERE kind = ? AND id = ?', body, digest, kind, to);
}
