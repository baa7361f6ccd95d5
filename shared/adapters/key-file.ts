// A signing key in a local file (PKCS#8 in PEM), for installations without Cloud KMS. Only its owner may read the file,
// because anybody who has the key can sign for the organisation.

import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { closeSync, fstatSync, linkSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { ok } from '../domain/fault.ts';
import { type PublicKey, publicKeyOf } from '../domain/serving/statement.ts';
import type { Signer } from '../ports.ts';

export interface LocalSigner extends Signer {
  readonly key: PublicKey;
}

/** Throws an `Error` with a text for the operator when the file can't be used. */
export function openKeyFile(file: string, ifAbsent: 'make' | 'refuse'): LocalSigner {
  return signerOf(readKey(file) ?? (ifAbsent === 'make' ? makeKey(file) : refuse(file, 'does not exist')));
}

/** A new key that is kept nowhere. */
export function makeSigner(): LocalSigner {
  return signerOf(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey);
}

export function signerOf(key: KeyObject): LocalSigner {
  const publicKey = publicKeyOf(createPublicKey(key).export({ type: 'spki', format: 'der' }));
  return {
    key: publicKey,
    publicKey: async () => ok(publicKey),
    sign: async (text) => ok(sign('sha256', Buffer.from(text), key)),
  };
}

/** Null when there is no such file. */
function readKey(file: string): KeyObject | null {
  const descriptor = openIfThere(file);
  if (descriptor === null) return null;
  try {
    // Checks the open file, which can't be replaced between the check and the read.
    const { mode } = fstatSync(descriptor);
    // Windows has no such modes. There Node reports every file as readable by all.
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      const octal = (mode & 0o777).toString(8).padStart(4, '0');
      refuse(
        file,
        `is open to others (mode ${octal}). Run chmod 600 ${file}. If somebody may have read it, make a new key`,
      );
    }
    return parseKey(file, readFileSync(descriptor, 'utf8'));
  } finally {
    closeSync(descriptor);
  }
}

function openIfThere(file: string): number | null {
  try {
    return openSync(file, 'r');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    return refuse(file, "can't be read", cause);
  }
}

function parseKey(file: string, pem: string): KeyObject {
  const key = readPem(file, pem);
  if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  return refuse(file, 'has no key on the curve P-256. Make one with openssl ecparam -name prime256v1 -genkey -noout');
}

function readPem(file: string, pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    return refuse(file, 'has no private key in PEM', cause);
  }
}

/** Creates the file with a link, which is atomic and replaces no file. Processes that start at once share one key. */
function makeKey(file: string): KeyObject {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const draft = `${file}.${randomUUID()}`;
  try {
    writeFileSync(draft, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
    linkSync(draft, file);
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST'))
      refuse(file, "can't be created", cause);
  } finally {
    rmSync(draft, { force: true });
  }
  return readKey(file) ?? refuse(file, 'was removed meanwhile');
}

function refuse(file: string, why: string, cause?: unknown): never {
  const reason = cause instanceof Error ? ` (${cause.message})` : '';
  throw new Error(`the key file ${file} ${why}${reason}`, { cause });
}
