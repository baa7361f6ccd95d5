// Taking over a store from before documents were signed, on sqlite: once, again, and while an older instance writes.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startLocal } from '../../../functions/local/service.ts';
import { takeOver } from '../../../shared/adapters/documents/take-over.ts';
import { openSqlite } from '../../../shared/adapters/sqlite.ts';
import { numberedId } from '../../../shared/ports.ts';
import { testKeyFile, testKeys, testSigner } from '../../support/document-keys.ts';
import { execute } from '../../support/open-sqlite.ts';
import { must } from '../../support/stores.ts';
import { oldStore, unsign } from './old-store.ts';

const accepting = { ...testKeys, unsigned: 'accept' } as const;

test('signs every document that decides something, and finds nothing to do when it is run again', async () => {
  const file = await oldStore();
  assert.notEqual(await corruptOnes(file), 0);

  const store = openSqlite(file, accepting);
  const first = await must(takeOver(store, ['api', 'advance', 'probe']));
  const second = await must(takeOver(store, ['api', 'advance', 'probe']));
  await store.close();

  assert.deepEqual([first.left, second], [[], { signed: 0, left: [] }]);
  assert.equal(await corruptOnes(file), 0);
});

test('leaves what another function writes, and names it', async () => {
  const store = openSqlite(await oldStore(), accepting);
  const { left } = await must(takeOver(store, ['api']));
  await store.close();

  assert.deepEqual(left, [{ document: 'matrix/current', reason: 'only probe may sign it' }]);
});

test('leaves what an instance of before writes meanwhile, and signs it the next time', async () => {
  const file = await oldStore();
  const store = openSqlite(file, accepting);
  let isFirst = true;
  const meanwhile: typeof store.commit = async (writes) => {
    if (isFirst) execute(file, "UPDATE document SET version = version + 1 WHERE kind = 'published'");
    isFirst = false;
    return store.commit(writes);
  };
  const spied = {
    read: store.read.bind(store),
    list: store.list.bind(store),
    commit: meanwhile,
    close: async () => {},
  };

  const { left } = await must(takeOver(spied, ['api', 'advance', 'probe']));
  assert.deepEqual(left, [{ document: 'published/current', reason: 'it was written meanwhile: run this again' }]);
  assert.deepEqual((await must(takeOver(spied, ['api', 'advance', 'probe']))).signed, 1);
  await store.close();
});

test('leaves a document that breaks its schema, and signs all others', async () => {
  const file = await oldStore();
  execute(file, 'UPDATE document SET body = ? WHERE kind = ?', '{"revision":1}', 'published');
  const store = openSqlite(file, accepting);
  const { signed, left } = await must(takeOver(store, ['api', 'advance', 'probe']));
  await store.close();

  assert.deepEqual([signed, left.map(({ document }) => document)], [48, ['published/current']]);
});

test('never signs what has a wrong signature, which nobody is served meanwhile either', async () => {
  const edits: readonly (readonly [what: string, edit: (file: string) => void])[] = [
    ['other content', (file) => execute(file, "UPDATE document SET body = replace(body, 'opus-4-8', 'opus-4-1')")],
    ['a signature with another letter', (file) => execute(file, `UPDATE document SET digest = ${withOtherLetter}`)],
    ['half a signature', (file) => execute(file, 'UPDATE document SET digest = substr(digest, 1, 40)')],
    [
      'the signature of another document',
      (file) => execute(file, `UPDATE document SET digest = ${signatureOf('matrix')}`),
    ],
    ['a key that is no writer', (file) => execute(file, `UPDATE document SET digest = ${withKey('0123456789abcdef')}`)],
  ];
  for (const [what, edit] of edits) {
    const file = await oldStore();
    const store = openSqlite(file, accepting);
    await must(takeOver(store, ['api', 'advance', 'probe']));
    edit(file);
    const published = await openAgain(file).read('published', 'current');
    const { signed, left } = await must(takeOver(openAgain(file), ['api', 'advance', 'probe']));
    await store.close();

    assert.equal(published.ok, false, what);
    assert.equal(signed, 0, what);
    assert.ok(
      left.some(({ document }) => document === 'published/current'),
      what,
    );
  }
});

test('is done by npm start with its first key, and never again', async () => {
  const file = await oldStore();
  const dataFolder = join(file, '..');
  const options = {
    port: 0,
    dataFolder,
    slackUrl: null,
    emulators: null,
    project: null,
    garden: null,
    write: () => {},
  };
  const pins = async () => {
    const local = await startLocal(options);
    const headers = { Authorization: `Bearer ${local.machineToken}` };
    const { status } = await fetch(`${local.url}/v1/pins.json`, { headers });
    await local.close();
    return status;
  };

  assert.equal(await pins(), 200);
  assert.equal(await pins(), 200);
  assert.ok(
    existsSync(join(dataFolder, 'writer-key.pem')) && !existsSync(join(dataFolder, 'writer-key.pem.unfinished')),
  );
  unsign(file);
  assert.equal(await pins(), 500);
});

test('is one command, which says what it signed and what is left to others', async () => {
  const file = await oldStore();
  const writers = ['api', 'advance'].map((name) => `${name}:${testSigner.key.der.toString('base64')}`).join();
  const keys = { PINWARD_SQLITE: file, PINWARD_WRITER_KEY_FILE: testKeyFile(), PINWARD_WRITERS: writers };
  const sign = (words: readonly string[] = [], env = {}) =>
    spawnSync(process.execPath, ['functions/cli/sign-documents.ts', ...words], {
      env: { ...process.env, ...keys, ...env },
      encoding: 'utf8',
    });

  const [first, again] = [sign(), sign()];
  assert.deepEqual([first.stdout, first.status], [oneLeft(48), 1]);
  assert.deepEqual([again.stdout, again.status], [oneLeft(0), 1]);
  const all = `${writers},probe:${testSigner.key.der.toString('base64')}`;
  const probe = sign(['--writer', 'probe'], { PINWARD_WRITERS: all });
  assert.deepEqual([probe.stdout, probe.status], ['1 documents signed, 0 left\n', 0]);
  assert.equal(sign(['--writer', 'announce']).status, 2);
  assert.match(sign(['--help']).stdout, /--writer NAME/);
});

function oneLeft(signed: number): string {
  return `${signed} documents signed, 1 left\n  matrix/current: only probe may sign it\n`;
}

function signatureOf(kind: string): string {
  return `(SELECT digest FROM document WHERE kind = '${kind}')`;
}

const withOtherLetter = "substr(digest, 1, 40) || iif(substr(digest, 41, 1) = 'A', 'B', 'A') || substr(digest, 42)";

/** The signature, as if another key had made it. */
function withKey(key: string): string {
  return `substr(digest, 1, instr(substr(digest, 4), ' ') + 3) || '${key}' || substr(digest, instr(substr(digest, 4), ' ') + 20)`;
}

function openAgain(file: string) {
  return openSqlite(file, accepting);
}

/** How many of the documents of `oldStore` a store refuses that takes signed ones only. */
async function corruptOnes(file: string): Promise<number> {
  const store = openSqlite(file, testKeys);
  const reads = await Promise.all([
    store.read('published', 'current'),
    store.read('event', numberedId(1)),
    store.read('chainHead', 'current'),
    store.read('matrix', 'current'),
    ...Array.from({ length: 45 }, (_, at) => store.read('revision', numberedId(at + 1))),
  ]);
  await store.close();
  return reads.filter(({ ok }) => !ok).length;
}
