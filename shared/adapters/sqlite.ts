// The embedded store: one file, with node:sqlite and a write-ahead log. The default of `npm start` and of small
// installations. Several processes may share the file.

import { randomInt } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import type { Documents, Kind } from '../domain/documents.ts';
import { fail, ok, type Result } from '../domain/fault.ts';
import type { Page, Store, Stored, Write } from '../ports.ts';
import { type Codec, createCodec, type EncodedWrite } from './documents/codec.ts';
import type { DocumentKeys } from './documents/document-keys.ts';
import { databaseVersionOf, versionOf } from './documents/edition.ts';

interface Row {
  readonly id: string;
  readonly version: number;
  readonly body: string;
  /** The signature. Files from before there were signatures have a column of this name. */
  readonly digest: string;
}

/**
 * Opens or creates the file. `synchronous = FULL`, because an acknowledged change must survive a power cut.
 * `busy_timeout` is how long to wait for another process's lock (milliseconds).
 */
export function openSqlite(file: string, keys: DocumentKeys): Store {
  const database = new DatabaseSync(file);
  database.exec('PRAGMA busy_timeout = 5000; PRAGMA synchronous = FULL');
  useWriteAheadLog(database);
  database.exec(
    `CREATE TABLE IF NOT EXISTS document (kind TEXT, id TEXT, version INTEGER NOT NULL, body TEXT NOT NULL,
     digest TEXT NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID, STRICT`,
  );
  return new SqliteStore(database, createCodec(keys));
}

const sqliteBusy = 5;

/** SQLite ignores busy_timeout if two processes switch a new file to WAL at once. It fails as locked. */
function useWriteAheadLog(database: DatabaseSync): void {
  for (let tries = 1; ; tries++) {
    try {
      database.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (cause) {
      const isLocked = cause instanceof Error && 'errcode' in cause && cause.errcode === sqliteBusy;
      if (!isLocked || tries === 500) throw cause;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

const insert = 'INSERT INTO document (kind, id, version, body, digest) VALUES (?, ?, ?, ?, ?)';

class SqliteStore implements Store {
  readonly #database: DatabaseSync;
  readonly #codec: Codec;

  constructor(database: DatabaseSync, codec: Codec) {
    this.#database = database;
    this.#codec = codec;
  }

  async read<K extends Kind>(kind: K, id: string): Promise<Result<Stored<Documents[K]> | null>> {
    const rows = this.#rows('SELECT * FROM document WHERE kind = ? AND id = ?', kind, id);
    if (!rows.ok) return rows;
    const [row] = rows.value;
    return row === undefined ? ok(null) : this.#stored(kind, row);
  }

  async list<K extends Kind>(kind: K, page: Page): Promise<Result<readonly Stored<Documents[K]>[]>> {
    const [comparison, order] = page.order === 'ascending' ? ['>', 'ASC'] : ['<', 'DESC'];
    const after = page.after === undefined ? [] : [page.after];
    const where = after.length === 0 ? 'kind = ?' : `kind = ? AND id ${comparison} ?`;
    const sql = `SELECT * FROM document WHERE ${where} ORDER BY id ${order} LIMIT ?`;
    const rows = this.#rows(sql, kind, ...after, page.limit);
    if (!rows.ok) return rows;
    const documents: Stored<Documents[K]>[] = [];
    for (const row of rows.value) {
      const stored = await this.#stored(kind, row);
      if (!stored.ok) return stored;
      documents.push(stored.value);
    }
    return ok(documents);
  }

  async commit(writes: readonly Write[]): Promise<Result<null>> {
    const encoded = await this.#codec.encodeAll(writes);
    if (!encoded.ok) return encoded;
    try {
      this.#database.exec('BEGIN IMMEDIATE');
    } catch (cause) {
      return unavailable(cause);
    }
    try {
      const refused = encoded.value.writes.find((each) => !this.#write(each));
      this.#database.exec(refused === undefined ? 'COMMIT' : 'ROLLBACK');
      if (refused === undefined) {
        this.#codec.committed(encoded.value);
        return ok(null);
      }
      return fail({ code: 'write_conflict', document: refused.document });
    } catch (cause) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      return unavailable(cause);
    }
  }

  async close(): Promise<void> {
    if (this.#database.isOpen) this.#database.close();
  }

  /** False when the document wasn't as expected. */
  #write(encoded: EncodedWrite): boolean {
    if (!('body' in encoded)) {
      this.#run('DELETE FROM document WHERE kind = ? AND id = ?', encoded.write.kind, encoded.write.id);
      return true;
    }
    const { write, body, signature } = encoded;
    const { kind, id, expect } = write;
    // Random, not counted: a document that is removed and created again must not get an earlier version.
    const version = randomInt(2 ** 48 - 1);
    if (expect === 'absent') return this.#run(`${insert} ON CONFLICT DO NOTHING`, kind, id, version, body, signature);
    if (expect === 'any') return this.#run(insert.replace('INSERT', 'REPLACE'), kind, id, version, body, signature);
    const sql = 'UPDATE document SET version = ?, body = ?, digest = ? WHERE kind = ? AND id = ? AND version = ?';
    return this.#run(sql, version, body, signature, kind, id, Number(databaseVersionOf(expect.version)));
  }

  #run(sql: string, ...values: (string | number)[]): boolean {
    return Number(this.#database.prepare(sql).run(...values).changes) === 1;
  }

  #rows(sql: string, ...values: (string | number)[]): Result<readonly Row[]> {
    try {
      // The cast is safe: the table is STRICT and has these columns.
      return ok(this.#database.prepare(sql).all(...values) as unknown as Row[]);
    } catch (cause) {
      return unavailable(cause);
    }
  }

  async #stored<K extends Kind>(kind: K, row: Row): Promise<Result<Stored<Documents[K]>>> {
    const decoded = await this.#codec.decode(kind, row.id, { body: row.body, signature: row.digest });
    if (!decoded.ok) return decoded;
    const { value, edition } = decoded.value;
    return ok({ id: row.id, version: versionOf(edition, String(row.version)), value });
  }
}

function unavailable(cause: unknown): Result<never> {
  return fail({ code: 'store_unavailable', detail: cause instanceof Error ? cause.message : String(cause) });
}
