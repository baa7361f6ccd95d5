// A signing key in a file of this machine (PKCS#8 in PEM), for whoever runs Pinward without Cloud KMS. Only its owner may
// read it: with it anybody can speak for the organisation.

import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { closeSync, fstatSync, linkSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { ok } from '../domain/fault.ts';
import { publicKeyOf } from '../domain/serving/statement.ts';
import type { Signer } from '../ports.ts';

/** Faults are thrown as `Error` with words for a person, who must mend them before anything can be signed. */
export function openKeyFile(file: string, ifAbsent: 'make' | 'refuse'): Signer {
  const key = readKey(file) ?? (ifAbsent === 'make' ? makeKey(file) : refuse(file, 'is not there'));
  const publicKey = publicKeyOf(createPublicKey(key).export({ type: 'spki', format: 'der' }));
  return {
    publicKey: async () => ok(publicKey),
    sign: async (text) => ok(sign('sha256', Buffer.from(text), key)),
  };
}

/** Null when there is no such file. */
function readKey(file: string): KeyObject | null {
  const descriptor = openIfThere(file);
  if (descriptor === null) return null;
  try {
    // Of the open file, which nobody can exchange between the question and the reading.
    const { mode } = fstatSync(descriptor);
    // Windows has no such modes: Node shows every file there as readable by all.
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      const octal = (mode & 0o777).toString(8).padStart(4, '0');
      refuse(
        file,
        `is open to others (mode ${octal}): chmod 600 ${file}, and make a new key if somebody may have read it`,
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
    return refuse(file, 'can not be read', cause);
  }
}

function parseKey(file: string, pem: string): KeyObject {
  const key = readPem(file, pem);
  if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  return refuse(file, 'is not a key on the curve P-256; `openssl ecparam -name prime256v1 -genkey -noout` makes one');
}

function readPem(file: string, pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    return refuse(file, 'has no private key in PEM in it', cause);
  }
}

/** A link takes its name in one step and only where there is none: of two that start at once, both get the same key. */
function makeKey(file: string): KeyObject {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const draft = `${file}.${randomUUID()}`;
  try {
    writeFileSync(draft, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
    linkSync(draft, file);
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) refuse(file, 'can not be made', cause);
  } finally {
    rmSync(draft, { force: true });
  }
  return readKey(file) ?? refuse(file, 'is gone again');
}

function refuse(file: string, why: string, cause?: unknown): never {
  const reason = cause instanceof Error ? ` (${cause.message})` : '';
  throw new Error(`the key file ${file} ${why}${reason}`, { cause });
}
