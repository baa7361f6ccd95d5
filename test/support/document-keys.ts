// The key of documents in tests: the same in every process. Its private number is 1, so it is nobody's secret.

import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DocumentKeys, oneKeyForAll } from '../../shared/adapters/documents/document-keys.ts';
import { openKeyFile, signerOf } from '../../shared/adapters/key-file.ts';

/** The base point of P-256 (SEC 2, section 2.4.2), which is the public half of 1. */
const key = createPrivateKey({
  format: 'jwk',
  key: {
    kty: 'EC',
    crv: 'P-256',
    d: `${'A'.repeat(42)}E`,
    x: Buffer.from('6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296', 'hex').toString('base64url'),
    y: Buffer.from('4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5', 'hex').toString('base64url'),
  },
});

export const testSigner = signerOf(key);
export const testKeys: DocumentKeys = {
  signer: testSigner,
  writers: oneKeyForAll(testSigner.key),
  unsigned: 'refuse',
};

/** The keys of a process that makes its key in this file. */
export function keysOfFile(file: string): DocumentKeys {
  const signer = openKeyFile(file, 'refuse');
  return { signer, writers: oneKeyForAll(signer.key), unsigned: 'refuse' };
}

let file: string | null = null;

/** The test key as a file, for a process that reads its environment. */
export function testKeyFile(): string {
  if (file !== null) return file;
  file = join(mkdtempSync(join(tmpdir(), 'pinward-')), 'writer-key.pem');
  writeFileSync(file, key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  return file;
}
