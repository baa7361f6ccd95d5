// The lock of a data folder: one service at a time keeps its data there. It is a lock that the system holds for SQLite on a file of
// the folder, so it ends with its process, however that ends.

import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isBusy } from '../../../shared/adapters/sqlite.ts';

/** Waits out a command that only looks whether the lock is held. */
const patienceMs = 1_000;

/** Returns what releases the lock; null when another process, or another service of this one, holds it. */
export function lockFolder(folder: string): (() => void) | null {
  const database = tryLock(folder, patienceMs);
  if (database === null) return null;
  const holder = join(folder, 'pid');
  writeFileSync(holder, `${process.pid}\n`);
  return () => {
    rmSync(holder, { force: true });
    database.close();
  };
}

export function isLocked(folder: string): boolean {
  if (!existsSync(join(folder, 'lock'))) return false;
  const database = tryLock(folder, 0);
  database?.close();
  return database === null;
}

/** The process that holds the lock, as far as its file says. */
export function lockHolder(folder: string): number | null {
  const file = join(folder, 'pid');
  const text = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
  return /^\d{1,10}$/.test(text) ? Number(text) : null;
}

function tryLock(folder: string, waitMs: number): DatabaseSync | null {
  const database = new DatabaseSync(join(folder, 'lock'), { timeout: waitMs });
  try {
    database.exec('BEGIN EXCLUSIVE');
    return database;
  } catch (cause) {
    database.close();
    if (isBusy(cause)) return null;
    throw cause;
  }
}
