// Signatures by keys in a fake Cloud KMS, asked by its real client, with a clock that the test moves and a log that it reads.

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { createSignatures, type Signatures, type SigningKeys } from '../../functions/api/signing/signatures.ts';
import type { Log } from '../../functions/log.ts';
import { type Kms, openKms } from '../../shared/adapters/kms.ts';
import { type Statement, statementText } from '../../shared/domain/serving/statement.ts';
import type { Clock, Signer } from '../../shared/ports.ts';
import { type FakeKey, type FakeKms, startFakeKms } from './fakes/kms.ts';
import { isSigned } from './openssl.ts';
import { now } from './world.ts';

export interface SigningWorld {
  readonly fake: FakeKms;
  readonly kms: Kms;
  /** In force from the start. */
  readonly key: FakeKey;
  readonly clock: Clock;
  readonly log: Log;
  readonly logged: readonly string[];
  time: number;
  keys(over?: Partial<SigningKeys>): SigningKeys;
}

export const organisation = 'acme.example';
export const answer: Omit<Statement, 'organisation'> = {
  format: 'settings.json',
  revision: 41,
  sha256: 'ab'.repeat(32),
  validUntil: '2026-12-02T00:00:00Z',
};

/** `timeoutMs`: how long one call of Cloud KMS may take. */
export async function meetSigner(t: TestContext, timeoutMs = 5_000): Promise<SigningWorld> {
  // The first call would load it, which may take a loaded machine longer than a signature is waited for.
  await import('@google-cloud/kms/build/src/v1/key_management_service_client.js');
  const fake = await startFakeKms();
  const kms = openKms({ endpoint: fake.endpoint, timeoutMs });
  t.after(async () => {
    await kms.close();
    fake.close();
    assert.deepEqual(fake.complaints, []);
  });
  const key = fake.makeKey();
  const current = kms.signer(key.name);
  const logged: string[] = [];
  const note = (message: string) => logged.push(message);
  const world: SigningWorld = {
    fake,
    kms,
    key,
    time: now,
    clock: () => world.time,
    log: { info: note, warn: note, error: note },
    logged,
    keys: (over = {}) => ({ organisation, current, next: null, retiring: null, ...over }),
  };
  return world;
}

export function signaturesOf({ keys, clock, log }: SigningWorld): Signatures {
  return createSignatures(keys(), clock, log);
}

/** Of a signature as the header has it, the key's id and the DER; fails when it has another form. */
export function readSignature(header: string | undefined): { readonly id: string; readonly der: Buffer } {
  const [, id, base64] = /^v1 ([0-9a-f]{16}) ([A-Za-z0-9+/]+=*)$/.exec(header ?? '') ?? [];
  assert.ok(id !== undefined && base64 !== undefined, `not a signature: ${header}`);
  return { id, der: Buffer.from(base64, 'base64') };
}

export function isStatementSigned(statement: Statement, header: string | undefined, pem: string): boolean {
  return isSigned(statementText(statement), readSignature(header).der, pem);
}

export async function idOf(signer: Signer): Promise<string> {
  const key = await signer.publicKey();
  return key.ok ? key.value.id : assert.fail(key.fault.code);
}
