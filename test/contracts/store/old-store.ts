// A store of before: one whose documents a release without signatures wrote.

import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openSqlite } from '../../../shared/adapters/sqlite.ts';
import { appendEvent, emptyChain } from '../../../shared/domain/events/event.ts';
import { numberedId, type Write } from '../../../shared/ports.ts';
import { testKeys } from '../../support/document-keys.ts';
import { must, writeRevision } from '../../support/stores.ts';
import { cell, matrix, newEvent, revision } from '../../support/world.ts';

/** Its file. Each document has a digest of its text. */
export async function oldStore(): Promise<string> {
  const file = join(mkdtempSync(join(tmpdir(), 'pinward-')), 'pinward.db');
  const store = openSqlite(file, testKeys);
  const { event, chainHead } = appendEvent(emptyChain, newEvent());
  const writes: readonly Write[] = [
    { kind: 'published', id: 'current', expect: 'absent', value: { revision: revision() } },
    { kind: 'event', id: numberedId(1), expect: 'absent', value: event },
    { kind: 'chainHead', id: 'current', expect: 'absent', value: chainHead },
    { kind: 'matrix', id: 'current', expect: 'absent', value: matrix([cell('claude-opus-4-8')]) },
    ...Array.from({ length: 45 }, (_, at) => writeRevision(at + 1)),
  ];
  await must(store.commit(writes));
  await store.close();
  unsign(file);
  return file;
}

export function unsign(file: string): void {
  const database = new DatabaseSync(file);
  const update = database.prepare('UPDATE document SET digest = ? WHERE kind = ? AND id = ?');
  for (const row of database.prepare('SELECT kind, id, body FROM document').all()) {
    const digest = createHash('sha256').update(`1\n${row['kind']}\n${row['body']}`).digest('base64url');
    update.run(digest, String(row['kind']), String(row['id']));
  }
  database.close();
}
