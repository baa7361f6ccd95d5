// The service as a real process: `node functions/local/start.ts` on a free port and a data folder that the test chooses.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { compileCache } from './compile-cache.ts';

export interface ServiceProcess extends AsyncDisposable {
  /** Asks as the admin. */
  fetch(path: string, init: { method: string; headers: Record<string, string>; body: string }): Promise<Response>;
  /** SIGKILL: no time for anything. */
  kill(): void;
  isAlive(): boolean;
  readonly ended: Promise<unknown>;
}

const program = join(import.meta.dirname, '../../functions/local/start.ts');

export async function startProcess(folder: string): Promise<ServiceProcess> {
  const child = spawn(process.execPath, [program, '--port', '0', '--data', folder], {
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const errors: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  const ended = once(child, 'close');
  const [line] = await Promise.race([once(createInterface(child.stdout), 'line'), ended]);
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(String(line))?.[0];
  if (url === undefined) assert.fail(`it did not start: ${Buffer.concat(errors)}`);
  const authorization = `Bearer ${readFileSync(join(folder, 'admin-token'), 'utf8').trim()}`;
  let isAlive = true;
  const kill = () => {
    isAlive = false;
    child.kill('SIGKILL');
  };
  return {
    fetch: (path, { headers, ...init }) =>
      fetch(`${url}${path}`, { ...init, headers: { ...headers, Authorization: authorization } }),
    kill,
    isAlive: () => isAlive && child.exitCode === null && child.signalCode === null,
    ended,
    [Symbol.asyncDispose]: async () => {
      kill();
      await ended;
    },
  };
}
