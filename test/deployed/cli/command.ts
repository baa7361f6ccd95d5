// Runs a command of functions/cli as a person or CI does: a process of its own against a service that listens. The
// service lives in the process of the test, so nothing here may wait without letting it answer.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Environment } from '../../../functions/environment.ts';
import { compileCache } from '../../support/compile-cache.ts';
import { adminToken, type Service, startService } from '../../support/service.ts';

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  readonly url?: string;
  readonly token?: string;
  readonly input?: string;
  /** The public keys of the writers of documents. */
  readonly writers?: string;
}

export type Command = 'policy-command' | 'verify-history';

export async function run(command: Command, words: readonly string[], around: Surroundings = {}): Promise<Ran> {
  const { url, token = adminToken, input = '', writers } = around;
  const child = spawn(process.execPath, [`functions/cli/${command}.ts`, ...words], {
    env: {
      ...surroundings(),
      ...(url === undefined ? {} : { PINWARD_URL: url }),
      PINWARD_TOKEN: token,
      ...(writers === undefined ? {} : { PINWARD_WRITERS: writers }),
    },
    timeout: 60_000,
  });
  child.stdin.on('error', () => undefined); // a command that reads no input may be gone before it is written
  child.stdin.end(input);
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { status, stdout, stderr };
}

/** A service that listens, and how to end it. */
export async function serve(
  settings: Environment = {},
): Promise<{ service: Service; url: string; close: () => Promise<void> }> {
  const service = startService({}, settings);
  const url = await listen(service.server);
  const close = async () => {
    service.server.closeAllConnections();
    service.server.close();
    await service.close();
  };
  return { service, url, close };
}

/** The environment of a command: no color is forced on it or taken away, as CI does, and what Node compiled serves the next. */
export function surroundings(): NodeJS.ProcessEnv {
  const { NODE_V8_COVERAGE: _, NO_COLOR: __, FORCE_COLOR: ___, CI: ____, ...inherited } = process.env;
  return { ...inherited, NODE_COMPILE_CACHE: compileCache };
}

/** Its URL, once it listens on a free port of this machine. */
export async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a listening TCP server has an address of this form
  return `http://127.0.0.1:${port}`;
}

export function newFile(name: string, content: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'pinward-')), name);
  writeFileSync(file, content);
  return file;
}
