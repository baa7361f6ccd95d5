// Signatures of documents: who may sign what, how keys rotate, and what a commit costs.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type DocumentKeys,
  oneKeyForAll,
  readWriterKeys,
} from '../../../../shared/adapters/documents/document-keys.ts';
import { type LocalSigner, makeSigner } from '../../../../shared/adapters/key-file.ts';
import { openSqlite } from '../../../../shared/adapters/sqlite.ts';
import { schemas } from '../../../../shared/domain/documents.ts';
import { fail } from '../../../../shared/domain/fault.ts';
import { signedKinds, type Writer, writers } from '../../../../shared/domain/writers.ts';
import type { Signer } from '../../../../shared/ports.ts';
import { openTestSqlite } from '../../../support/open-sqlite.ts';
import { meetSigner } from '../../../support/signing-world.ts';
import { faultOf, must, writeJournal, writeRevision } from '../../../support/stores.ts';
import { matrix, revision } from '../../../support/world.ts';

const published = { kind: 'published', id: 'current', expect: 'any', value: { revision: revision() } } as const;
const newMatrix = { kind: 'matrix', id: 'current', expect: 'any', value: matrix() } as const;
const signers: Readonly<Record<Writer, LocalSigner>> = {
  api: makeSigner(),
  advance: makeSigner(),
  probe: makeSigner(),
};

describe('a document is believed', () => {
  test('by every reader when its own writer signed it', async () => {
    await using opened = await openTestSqlite();
    const [api, reader] = [openSqlite(opened.file, keysOf('api')), openSqlite(opened.file, keysOf(null))];
    await must(api.commit([published]));

    assert.deepEqual((await must(reader.read('published', 'current')))?.value, published.value);
    await Promise.all([api.close(), reader.close()]);
  });

  test('from no function that may not write it, which is told before anything is written', async () => {
    for (const [name, write] of [
      ['probe', published],
      ['api', newMatrix],
      ['advance', newMatrix],
    ] as const) {
      await using opened = await openTestSqlite();
      const store = openSqlite(opened.file, keysOf(name));
      const fault = await faultOf(store.commit([write]));

      assert.ok(fault?.code === 'signer_unavailable' && fault.detail.includes(write.kind), JSON.stringify(fault));
      assert.equal(await must(store.read(write.kind, 'current')), null);
      await store.close();
    }
  });

  test('while a new key replaces an old one, by instances that have the old list and the new one', async () => {
    await using opened = await openTestSqlite();
    const [old, next] = [makeSigner(), makeSigner()];
    const listOf = (...all: readonly LocalSigner[]) =>
      readWriterKeys(all.flatMap((each) => writers.map((name) => itemOf(name, each))));
    const open = (signer: LocalSigner, list: DocumentKeys['writers']) =>
      openSqlite(opened.file, { signer, writers: list, unsigned: 'refuse' });
    const steps = [open(old, listOf(old, next)), open(next, listOf(next, old))];
    for (const [at, store] of steps.entries()) await must(store.commit([writeRevision(at + 1)]));

    for (const store of steps)
      assert.equal((await must(store.list('revision', { order: 'ascending', limit: 9 }))).length, 2);
    const after = open(next, listOf(next));
    assert.equal((await faultOf(after.read('revision', '0000000001')))?.code, 'document_corrupt');
    for (const store of [...steps, after]) await store.close();
  });

  test('in a list of keys that is well formed', () => {
    assert.throws(
      () => readWriterKeys(['announce:abc']),
      /"announce" is no writer of documents: use api, advance, probe/,
    );
    assert.throws(() => readWriterKeys(['api:abc']), /the key of api is not a public key on the curve P-256/);
  });
});

describe('a commit', () => {
  test('asks its key for one signature, however many documents it has', async () => {
    let asked = 0;
    const sign = (text: string) => {
      asked++;
      return signers.api.sign(text);
    };
    const signer: Signer = { ...signers.api, sign };
    const store = openSqlite(':memory:', { ...keysOf('api'), signer });
    await must(store.commit([published, writeRevision(1), writeRevision(2), writeJournal('current', 1)]));
    await must(
      store.commit([{ kind: 'lease', id: 'a', expect: 'any', value: { holder: 'a', until: '2026-11-24T12:00:00Z' } }]),
    );
    await store.close();

    assert.equal(asked, 1);
  });

  test('writes nothing when its key gives no signature', async () => {
    const signer: Signer = { ...signers.api, sign: async () => fail({ code: 'signer_unavailable', detail: 'down' }) };
    const store = openSqlite(':memory:', { ...keysOf('api'), signer });

    assert.deepEqual(await faultOf(store.commit([published])), { code: 'signer_unavailable', detail: 'down' });
    assert.equal(await must(store.read('published', 'current')), null);
    await store.close();
  });

  test('is signed by a key in Cloud KMS, by one call; while it gives none, somebody is told why', async (t) => {
    const { kms, key, fake } = await meetSigner(t);
    const signer = kms.signer(key.name);
    const publicKey = await must(signer.publicKey());
    const told: string[] = [];
    const onUnsigned = (detail: string) => told.push(detail);
    const store = openSqlite(':memory:', { signer, writers: oneKeyForAll(publicKey), unsigned: 'refuse', onUnsigned });
    await must(store.commit([published, writeRevision(1)]));
    fake.healthIssue('disabled');
    const fault = await faultOf(store.commit([writeRevision(2)]));

    assert.deepEqual((await must(store.read('published', 'current')))?.value, published.value);
    assert.equal(fault?.code, 'signer_unavailable');
    assert.equal(told.length, 1);
    fake.healthIssue(null);
    assert.equal(fake.calls().sign, 2);
    await store.close();
  });

  test('is a bug where a function has no key', async () => {
    const store = openSqlite(':memory:', keysOf(null));

    await assert.rejects(store.commit([published]), /has no key to write published\/current/);
    await store.close();
  });
});

test('every kind is signed but those that decide nothing', () => {
  const unsigned = [
    'announcement',
    'healthIssue',
    'lease',
    'failureHistory',
    'pollCount',
    'reportCount',
    'tokenUse',
    'writeCheck',
  ];
  assert.deepEqual(
    Object.keys(schemas).filter((kind) => !(signedKinds as readonly string[]).includes(kind)),
    unsigned,
  );
});

function keysOf(name: Writer | null): DocumentKeys {
  const list = readWriterKeys(writers.map((writer) => itemOf(writer, signers[writer])));
  return { signer: name === null ? null : signers[name], writers: list, unsigned: 'refuse' };
}

function itemOf(writer: Writer, { key }: LocalSigner): string {
  return `${writer}:${key.der.toString('base64')}`;
}
