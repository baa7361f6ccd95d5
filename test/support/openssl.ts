// Checks a signature as the agent does: by openssl, with files.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether openssl takes `signature` (DER) for the key's (PEM) on `text`. */
export function isSigned(text: string, signature: Buffer, pem: string): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'pinward-'));
  const [key, signed, stated] = ['key.pem', 'signature', 'text'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]; // as many as names
  writeFileSync(key, pem);
  writeFileSync(signed, signature);
  writeFileSync(stated, text);
  const { status, stdout, error } = spawnSync(
    'openssl',
    ['dgst', '-sha256', '-verify', key, '-signature', signed, stated],
    { encoding: 'utf8' },
  );
  if (error !== undefined) throw error;
  return status === 0 && stdout === 'Verified OK\n';
}
