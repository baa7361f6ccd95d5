// The embedded store: one file, with node:sqlite and a write-ahead log. The default of `npm start` and of small
// installations. Several processes may share the file.

import { randomInt } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
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

/** How long a call waits for another process's lock (milliseconds), and up to how long between two tries. */
const lockTimeoutMs = 5_000;
const retryWithinMs = 20;

/**
 * Opens or creates the file. `synchronous = FULL`, because an acknowledged change must survive a power cut. SQLite waits for another
 * process's lock only while the file is opened. After that, its waiting would hold up the event loop, so calls wait by themselves.
 * Throws with a text for the operator.
 */
export function openSqlite(file: string, keys: DocumentKeys): Store {
  return new SqliteStore(openDatabase(file), createCodec(keys));
}

function openDatabase(file: string): DatabaseSync {
  try {
    const database = new DatabaseSync(file);
    database.exec(`PRAGMA busy_timeout = ${lockTimeoutMs}; PRAGMA synchronous = FULL`);
    useWriteAheadLog(database);
    database.exec(
      `CREATE TABLE IF NOT EXISTS document (kind TEXT, id TEXT, version INTEGER NOT NULL, body TEXT NOT NULL,
       digest TEXT NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID, STRICT`,
    );
    database.exec('PRAGMA busy_timeout = 0');
    return database;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const hint = reason.includes('not a database') ? '. Move it away, or restore it from a backup' : '';
    throw new Error(`the store ${file} can't be opened: ${reason}${hint}`, { cause });
  }
}

const sqliteBusy = 5;

/** SQLite ignores busy_timeout if two processes switch a new file to WAL at once. It fails as locked. */
function useWriteAheadLog(database: DatabaseSync): void {
  for (let tries = 1; ; tries++) {
    try {
      database.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (cause) {
      if (!isBusy(cause) || tries === 500) throw cause;
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
    const rows = await this.#rows('SELECT * FROM document WHERE kind = ? AND id = ?', kind, id);
    if (!rows.ok) return rows;
    const [row] = rows.value;
    return row === undefined ? ok(null) : this.#stored(kind, row);
  }

  async list<K extends Kind>(kind: K, page: Page): Promise<Result<readonly Stored<Documents[K]>[]>> {
    const [comparison, order] = page.order === 'ascending' ? ['>', 'ASC'] : ['<', 'DESC'];
    const after = page.after === undefined ? [] : [page.after];
    const where = after.length === 0 ? 'kind = ?' : `kind = ? AND id ${comparison} ?`;
    const sql = `SELECT * FROM document WHERE ${where} ORDER BY id ${order} LIMIT ?`;
    const rows = await this.#rows(sql, kind, ...after, page.limit);
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
    const refused = await whenFree(() => this.#transact(encoded.value.writes));
    if (!refused.ok) return refused;
    if (refused.value !== null) return fail({ code: 'write_conflict', document: refused.value.document });
    this.#codec.committed(encoded.value);
    return ok(null);
  }

  async close(): Promise<void> {
    if (this.#database.isOpen) this.#database.close();
  }

  /** The first write whose document wasn't as expected; null when all are committed. */
  #transact(writes: readonly EncodedWrite[]): EncodedWrite | null {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const refused = writes.find((each) => !this.#write(each)) ?? null;
      this.#database.exec(refused === null ? 'COMMIT' : 'ROLLBACK');
      return refused;
    } catch (cause) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw cause;
    }
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

  #rows(sql: string, ...values: (string | number)[]): Promise<Result<readonly Row[]>> {
    // The cast is safe: the table is STRICT and has these columns.
    return whenFree(() => this.#database.prepare(sql).all(...values) as unknown as Row[]);
  }

  async #stored<K extends Kind>(kind: K, row: Row): Promise<Result<Stored<Documents[K]>>> {
    const decoded = await this.#codec.decode(kind, row.id, { body: row.body, signature: row.digest });
    if (!decoded.ok) return decoded;
    const { value, edition } = decoded.value;
    return ok({ id: row.id, version: versionOf(edition, String(row.version)), value });
  }
}

/** Tries until no other process has the lock. Fault: `store_unavailable`. */
async function whenFree<Value>(attempt: () => Value): Promise<Result<Value>> {
  const began = performance.now();
  for (;;) {
    try {
      return ok(attempt());
    } catch (cause) {
      if (!isBusy(cause) || performance.now() - began > lockTimeoutMs) return unavailable(cause);
    }
    await wait(1 + randomInt(retryWithinMs));
  }
}

/** Whether another process has the lock. The lower byte is the kind of error. Source: https://www.sqlite.org/rescode.html */
export function isBusy(cause: unknown): boolean {
  return cause instanceof Error && 'errcode' in cause && (Number(cause.errcode) & 0xff) === sqliteBusy;
}

function unavailable(cause: unknown): Result<never> {
  return fail({ code: 'store_unavailable', detail: cause instanceof Error ? cause.message : String(cause) });
}
