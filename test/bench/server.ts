// Starts a function under the functions-framework as it is deployed, for the benches: the api on a store with one policy,
// from its source or its bundle, or the bare baseline.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '../../functions/local/free-port.ts';
import { openSqlite } from '../../shared/adapters/sqlite.ts';
import { testKeyFile, testKeys } from '../support/document-keys.ts';
import { revision } from '../support/world.ts';
import { collectedFile } from './collected.ts';

export const project = 'demo-bench';
export const token = 'bench-token-of-32-characters-or-more';
export const adminToken = 'admin-token-of-32-characters-or-more';
export const machineHeaders = { authorization: `Bearer ${token}` };

export type Subject = 'pinward' | 'bare' | 'bundle' | 'pinward on Firestore' | 'bare with Firestore';

export interface Running {
  readonly url: string;
  readonly process: ChildProcess;
  stop(): Promise<void>;
}

const folder = mkdtempSync(join(tmpdir(), 'pinward-bench-'));
const store = join(folder, 'pinward.db');
/** Where the bench of the bundles puts the api's. */
export const bundleFolder = join(folder, 'bundle');
const framework = join(import.meta.dirname, '../../node_modules/@google-cloud/functions-framework/build/src/main.js');
const sources: Record<Subject, string> = {
  pinward: join(import.meta.dirname, '../../functions/index.mjs'),
  bare: join(import.meta.dirname, 'bare.mjs'),
  bundle: join(bundleFolder, 'index.mjs'),
  'pinward on Firestore': join(import.meta.dirname, '../../functions/index.mjs'),
  'bare with Firestore': join(import.meta.dirname, 'bare-firestore.mjs'),
};

/** Puts a policy where the api finds it. */
export async function prepareStore(): Promise<void> {
  const sqlite = openSqlite(store, testKeys);
  await sqlite.commit([{ kind: 'published', id: 'current', expect: 'any', value: { revision: revision() } }]);
  await sqlite.close();
}

/** Spawns without waiting; both subjects get the same environment and the same compile cache, warm but in a `cold` start. */
export async function spawnSubject(
  subject: Subject,
  emulator?: string,
  cold = false,
  preload: readonly string[] = [],
): Promise<Running> {
  const port = await freePort();
  const child = spawn(
    process.execPath,
    [
      ...preload.flatMap((file) => ['--import', file]),
      ...[framework, '--source', sources[subject], '--target', 'api', '--port', String(port)],
    ],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        PATH: process.env['PATH'],
        NODE_ENV: 'production',
        ...(cold ? {} : { NODE_COMPILE_CACHE: join(folder, 'compile-cache') }),
        GOOGLE_CLOUD_PROJECT: project,
        ...(emulator === undefined ? { PINWARD_SQLITE: store } : { FIRESTORE_EMULATOR_HOST: emulator }),
        METADATA_SERVER_DETECTION: 'none',
        PINWARD_ADMIN_TOKEN: adminToken,
        PINWARD_MACHINE_TOKEN: token,
        PINWARD_ORGANISATION: 'acme.example',
        PINWARD_WRITER_KEY_FILE: testKeyFile(),
        PINWARD_KEY_FILE: join(folder, 'signing-key.pem'),
      },
    },
  );
  return { url: `http://127.0.0.1:${port}`, process: child, stop: () => stop(child) };
}

/** Asks until it is answered; the answer's status. Gives up after 20 s. */
export async function untilAnswered(url: string): Promise<number> {
  const end = performance.now() + 20_000;
  for (;;) {
    try {
      const response = await fetch(`${url}/v1/pins.settings.json?machine=bench&cli=2.1.331`, {
        headers: machineHeaders,
      });
      await response.arrayBuffer();
      return response.status;
    } catch (cause) {
      if (performance.now() > end) throw new Error('the server did not answer', { cause });
    }
  }
}

/** What is in use after garbage was collected, of a subject that has collected.ts loaded. */
export async function inUseMiB({ process: { pid = 0 } }: Running): Promise<number> {
  const file = collectedFile(pid);
  process.kill(pid, 'SIGUSR2');
  while (!existsSync(file)) await wait(20);
  const bytes = Number(readFileSync(file, 'utf8'));
  rmSync(file);
  return bytes / 2 ** 20;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
