// The signing key in a file: made once, kept to its owner.

import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { openKeyFile } from '../../../../shared/adapters/key-file.ts';
import type { Signer } from '../../../../shared/ports.ts';
import { isMissing } from '../../../support/needs.ts';
import { isSigned } from '../../../support/openssl.ts';

describe('a key file', () => {
  test('is made on first start, for its owner alone, whatever the umask', () => {
    const file = join(newFolder(), 'key.pem');
    const before = process.umask(0);
    openKeyFile(file, 'make');
    process.umask(before);

    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(join(file, '..')), ['key.pem']);
  });

  test('is the same key at the next start', async () => {
    const file = join(newFolder(), 'key.pem');
    const [first, second] = [openKeyFile(file, 'make'), openKeyFile(file, 'make')];

    assert.deepEqual(await second.publicKey(), await first.publicKey());
  });

  test('signs a text so that openssl verifies it', { skip: isMissing('openssl') }, async () => {
    const signer = openKeyFile(join(newFolder(), 'key.pem'), 'make');
    const signed = await signer.sign('text\n');

    assert.ok(signed.ok);
    assert.ok(isSigned('text\n', signed.value, await pemOf(signer)));
    assert.ok(!isSigned('text', signed.value, await pemOf(signer)));
  });

  test('may come from elsewhere, as openssl writes it', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    for (const type of ['sec1', 'pkcs8'] as const) {
      const file = keep(privateKey.export({ type, format: 'pem' }));
      assert.equal(await pemOf(openKeyFile(file, 'refuse')), publicKey.export({ type: 'spki', format: 'pem' }));
    }
  });

  test('that others can read, write or run is refused with what to do, and stays as it is', () => {
    for (const mode of [0o604, 0o602, 0o601, 0o640, 0o620, 0o610, 0o644, 0o777]) {
      const file = keep(pem(), mode);
      const octal = mode.toString(8).padStart(4, '0');
      assert.throws(
        () => openKeyFile(file, 'make'),
        new RegExp(`^Error: the key file ${file} is open to others \\(mode ${octal}\\)\\. Run chmod 600 ${file}`),
      );
      assert.equal(statSync(file).mode & 0o777, mode);
    }
    assert.ok(openKeyFile(keep(pem(), 0o400), 'make'));
  });

  test('that holds no P-256 key is refused, and never written over', () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).privateKey;
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const publicHalf = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).publicKey;
    const cases: readonly (readonly [string | Buffer, RegExp])[] = [
      ['', /no private key in PEM/],
      ['not a key', /no private key in PEM/],
      [publicHalf.export({ type: 'spki', format: 'pem' }), /no private key in PEM/],
      [pkcs8(other), /no key on the curve P-256/],
      [pkcs8(rsa), /no key on the curve P-256/],
    ];
    for (const [text, words] of cases) {
      const file = keep(text);
      assert.throws(() => openKeyFile(file, 'make'), words);
      assert.equal(readFileSync(file, 'utf8'), String(text));
    }
  });

  test('that must be there is not made', () => {
    const file = join(newFolder(), 'key.pem');

    assert.throws(() => openKeyFile(file, 'refuse'), /key\.pem does not exist$/);
    assert.ok(!existsSync(file));
  });

  test('in a folder that is not there says so', () => {
    assert.throws(() => openKeyFile(join(newFolder(), 'gone', 'key.pem'), 'make'), /can't be created \(ENOENT/);
  });

  test('is one key for all who start at once', async () => {
    const file = join(newFolder(), 'key.pem');
    const ready = new SharedArrayBuffer(4);
    const ids = await Promise.all([1, 2].map(() => openInThread(file, ready, 2)));

    assert.equal(new Set(ids).size, 1);
    assert.deepEqual(readdirSync(join(file, '..')), ['key.pem']);
  });
});

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'pinward-'));
}

function keep(text: string | Buffer, mode = 0o600): string {
  const file = join(newFolder(), 'key.pem');
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

function pem(): string | Buffer {
  return pkcs8(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey);
}

function pkcs8(key: KeyObject): string | Buffer {
  return key.export({ type: 'pkcs8', format: 'pem' });
}

async function pemOf(signer: Signer): Promise<string> {
  const key = await signer.publicKey();
  if (!key.ok) return assert.fail('a key file has its public half');
  return String(
    createPublicKey({ key: key.value.der, format: 'der', type: 'spki' }).export({ type: 'spki', format: 'pem' }),
  );
}

/** Opens it when `count` threads are ready to. */
function openInThread(file: string, ready: SharedArrayBuffer, count: number): Promise<string> {
  const code = `
    const { parentPort, workerData } = require('node:worker_threads');
    const { module, file, ready, count } = workerData;
    import(module).then(async ({ openKeyFile }) => {
      const here = new Int32Array(ready);
      Atomics.add(here, 0, 1);
      while (Atomics.load(here, 0) < count);
      const { value } = await openKeyFile(file, 'make').publicKey();
      parentPort.postMessage(value.id);
    });
  `;
  const module = new URL('../../../../shared/adapters/key-file.ts', import.meta.url).href;
  const thread = new Worker(code, { eval: true, workerData: { module, file, ready, count } });
  return new Promise((resolve, reject) => thread.once('message', resolve).once('error', reject));
}
