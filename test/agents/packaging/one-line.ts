// A service on this machine that hands out its agents, as `npm start` runs it, with a policy; and the one line, run in a shell.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fillInstallScript } from '../../../functions/api/agents/install-script.ts';
import { type Local, startLocal } from '../../../functions/local/service.ts';
import { draft } from '../../support/world.ts';
import { finished, type Machine, type Run } from '../posix/machine.ts';
import { read } from './files.ts';

export interface Handing extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
  readonly tokenFile: string;
}

export async function startHanding(): Promise<Handing> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'pinward-service-'));
  const options = { port: 0, dataFolder, slackUrl: null, emulators: null, project: null, garden: null };
  const local = await startLocal({ ...options, write: () => undefined });
  await publish(local);
  return {
    url: local.url,
    token: local.machineToken,
    tokenFile: join(dataFolder, 'machine-token'),
    async [Symbol.asyncDispose]() {
      await local.close();
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}

/** Runs a line of a shell as somebody types it, on a machine that has nothing of ours. */
export function runLine(machine: Machine, line: string, input = '', env: Record<string, string> = {}): Promise<Run> {
  const surroundings = { PATH: process.env['PATH'] ?? '', HOME: machine.path('home'), ...env };
  // Without a terminal, as a fleet's tools run it.
  return finished(spawn('setsid', ['-w', 'sh', '-c', line], { env: surroundings, cwd: '/' }), input);
}

/** The script of a service that signs nothing. */
export function filled(server: string, hash: string): string {
  const facts = { server, version: '0.1.0', sha256: hash, organisation: null, keys: [] };
  return fillInstallScript(read('infra/agents/posix/bootstrap.sh'), facts);
}

async function publish({ url, adminToken }: Local): Promise<void> {
  const headers = { Authorization: `Bearer ${adminToken}`, 'If-Match': '"0"', 'Content-Type': 'application/json' };
  const { status } = await fetch(`${url}/v1/policy`, { method: 'PUT', headers, body: JSON.stringify(draft()) });
  if (status !== 200) throw new Error(`no policy: ${status}`);
}
