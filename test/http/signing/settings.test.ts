// Which key signs, as the environment says it.

import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Environment } from '../../../functions/environment.ts';
import { createWiring } from '../../../functions/wiring.ts';
import { openLoopback } from '../../../shared/adapters/loopback.ts';
import { testKeyFile } from '../../support/document-keys.ts';
import { adminToken, machineToken } from '../../support/service.ts';

const version = 'projects/acme/locations/europe/keyRings/pinward/cryptoKeys/answers/cryptoKeyVersions/1';
const organised = { PINWARD_ORGANISATION: 'acme.example' };

describe('the key that signs', () => {
  test('is a file, which is made', () => {
    const file = newFile();

    assert.deepEqual(start({ ...organised, PINWARD_KEY_FILE: file }), []);
    assert.ok(existsSync(file));
  });

  test('is a version of a key in Cloud KMS, which is not asked before the first poll', () => {
    assert.deepEqual(start({ ...organised, PINWARD_KMS_KEY: version }), []);
  });

  test('may be in another place than the next and the old one', () => {
    const [next, old] = [newFile(), newFile()];
    start({ ...organised, PINWARD_KEY_FILE: old });

    assert.deepEqual(
      start({ ...organised, PINWARD_KMS_KEY: version, PINWARD_KEY_FILE_NEXT: next, PINWARD_KEY_FILE_OLD: old }),
      [],
    );
    assert.ok(existsSync(next));
  });

  test('may be none, which the log then says', () => {
    const told = ['answers go out unsigned: neither PINWARD_KMS_KEY nor PINWARD_KEY_FILE is set'];

    assert.deepEqual(start({}), told);
    assert.deepEqual(start({ PINWARD_KMS_KEY: '', PINWARD_KEY_FILE: '' }), told);
  });

  test('must be a good one, or the service does not start', () => {
    const opened = newFile();
    start({ ...organised, PINWARD_KEY_FILE: opened });
    chmodSync(opened, 0o644);
    const file = newFile();
    const cases: readonly (readonly [Environment, RegExp])[] = [
      [
        { PINWARD_KEY_FILE: file },
        /^PINWARD_ORGANISATION is not set: set it to the name that responses are signed for/,
      ],
      [
        { PINWARD_KEY_FILE: file, PINWARD_ORGANISATION: 'two\nlines' },
        /^PINWARD_ORGANISATION is invalid: "two\nlines"/,
      ],
      [{ ...organised, PINWARD_KEY_FILE: opened }, /is open to others/],
      [{ ...organised, PINWARD_KMS_KEY: 'answers' }, /^not the name of a key version of Cloud KMS: answers \(projects/],
      [{ ...organised, PINWARD_KMS_KEY: version, PINWARD_KEY_FILE: file }, /^PINWARD_KMS_KEY and PINWARD_KEY_FILE are/],
      [
        { ...organised, PINWARD_KEY_FILE: file, PINWARD_KEY_FILE_OLD: file, PINWARD_KMS_KEY_OLD: version },
        /^PINWARD_KMS_KEY_OLD and PINWARD_KEY_FILE_OLD are both set/,
      ],
      [{ ...organised, PINWARD_KMS_KEY_OLD: version }, /^a next or an old signing key is set, but no current one/],
      [{ ...organised, PINWARD_KMS_KEY_NEXT: version }, /^a next or an old signing key is set, but no current one/],
      [{ ...organised, PINWARD_KEY_FILE: file, PINWARD_KEY_FILE_OLD: newFile() }, /key\.pem does not exist$/],
    ];

    for (const [environment, words] of cases) assert.throws(() => start(environment), { message: words });
  });
});

function newFile(): string {
  return join(mkdtempSync(join(tmpdir(), 'pinward-')), 'key.pem');
}

/** Starts the api function, and gives what the log then says. */
function start(environment: Environment): readonly string[] {
  const logged: string[] = [];
  const note = (message: string, { reason = '' }: { reason?: unknown } = {}) => logged.push(`${message}: ${reason}`);
  const log = { info: note, warn: note, error: note };
  const tokens = { PINWARD_ADMIN_TOKEN: adminToken, PINWARD_MACHINE_TOKEN: machineToken };
  const wiring = createWiring(
    { PINWARD_SQLITE: ':memory:', PINWARD_WRITER_KEY_FILE: testKeyFile(), ...tokens, ...environment },
    { log, bus: openLoopback(async () => {}) },
  );
  wiring.api();
  return logged;
}
