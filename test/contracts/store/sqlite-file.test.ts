// What the embedded store has beyond the contract: one file that several processes share, and that can be broken.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { openSqlite } from '../../../shared/adapters/sqlite.ts';
import { testKeys } from '../../support/document-keys.ts';
import { execute, openTestSqlite } from '../../support/open-sqlite.ts';
import { chainHead, faultOf, must, writeJournal } from '../../support/stores.ts';
import type { OpenerData } from './opener.ts';

describe('the sqlite file', () => {
  test('takes the writes of four processes from the first on and loses none', async () => {
    await using opened = await openTestSqlite();

    await Promise.all(Array.from({ length: 4 }, () => runAdder(opened.file, 50)));

    assert.deepEqual((await must(opened.store.read('chainHead', 'sum')))?.value, chainHead(200));
  });

  test('opens for everybody who opens it at the moment when it is new', async () => {
    await using opened = await openTestSqlite();
    const data: OpenerData = {
      files: Array.from({ length: 50 }, (_, at) => `${opened.file}-${at}`),
      threads: 2,
      arrivals: new SharedArrayBuffer(4),
    };
    const openers = Array.from({ length: data.threads }, () => new Worker(opener, { workerData: data }));

    const failures = await Promise.all(openers.map(async (each) => (await once(each, 'message'))[0]));

    assert.deepEqual(failures, [[], []]);
  });

  test('is refused at once when it is no database', async () => {
    await using opened = await openTestSqlite();
    writeFileSync(`${opened.file}-letter`, 'Dear Sir or Madam, '.repeat(100));

    assert.throws(() => openSqlite(`${opened.file}-letter`, testKeys), /file is not a database/);
  });

  test('is store_unavailable for a writer while another process keeps it locked, and readable all the while', async () => {
    await using opened = await openTestSqlite();
    await must(opened.store.commit([writeJournal('a', 1)]));
    const holder = new DatabaseSync(opened.file);
    holder.exec('BEGIN IMMEDIATE');

    const fault = await faultOf(opened.store.commit([writeJournal('a', 2)]));

    assert.deepEqual(fault, { code: 'store_unavailable', detail: 'database is locked' });
    assert.deepEqual((await must(opened.store.read('chainHead', 'a')))?.value, chainHead(1));
    holder.close();
    await must(opened.store.commit([writeJournal('a', 2)]));
  });

  test('holds up nothing else in this process while another process keeps it locked, and takes the write afterwards', async () => {
    await using opened = await openTestSqlite();
    const holder = new DatabaseSync(opened.file);
    holder.exec('BEGIN IMMEDIATE');

    let isDone = false;
    const commit = must(opened.store.commit([writeJournal('a', 1)])).finally(() => {
      isDone = true;
    });
    // Signing a write takes turns of its own; the lock is met after them.
    for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate);
    assert.equal(isDone, false);
    holder.exec('COMMIT');
    await commit;

    assert.deepEqual((await must(opened.other.read('chainHead', 'a')))?.value, chainHead(1));
    holder.close();
  });

  test('is store_unavailable when its table is gone', async () => {
    await using opened = await openTestSqlite();
    execute(opened.file, 'DROP TABLE document');

    assert.equal((await faultOf(opened.store.read('chainHead', 'a')))?.code, 'store_unavailable');
    assert.equal((await faultOf(opened.store.list('chainHead', all)))?.code, 'store_unavailable');
    assert.equal((await faultOf(opened.store.commit([writeJournal('a', 1)])))?.code, 'store_unavailable');
  });

  test('is store_unavailable when something else wrote over it', async () => {
    await using opened = await openTestSqlite();
    await must(opened.store.commit(Array.from({ length: 200 }, (_, at) => writeJournal(`${at}`, at))));
    execute(opened.file, 'PRAGMA wal_checkpoint(TRUNCATE)');
    writeFileSync(opened.file, 'not a database '.repeat(10_000));

    assert.equal((await faultOf(opened.other.read('chainHead', '7')))?.code, 'store_unavailable');
    assert.equal((await faultOf(opened.store.list('chainHead', all)))?.code, 'store_unavailable');
    assert.equal((await faultOf(opened.store.commit([writeJournal('7', 1)])))?.code, 'store_unavailable');
  });
});

const opener = new URL('./opener.ts', import.meta.url);
const all = { order: 'ascending', limit: 10 } as const;

async function runAdder(file: string, times: number): Promise<void> {
  const adder = join(import.meta.dirname, 'adder.ts');
  const child = spawn(process.execPath, [adder, file, String(times)], { stdio: ['ignore', 'inherit', 'pipe'] });
  const errors: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  const [code] = await once(child, 'close');
  assert.equal(code, 0, Buffer.concat(errors).toString());
}
