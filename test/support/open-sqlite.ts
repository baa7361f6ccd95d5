// A sqlite store under test: a file of its own in a temporary folder, and two handles onto it.

import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openSqlite } from '../../shared/adapters/sqlite.ts';
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
