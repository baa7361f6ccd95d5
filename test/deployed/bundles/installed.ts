// Every function as a deployment gets it: its zip, unpacked into an empty folder, and the packages that `npm ci` puts there.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { type Target, targets } from '../../../functions/environment.ts';
import { bundle, zipBundle } from '../../../infra/bundle.ts';

export const root = join(import.meta.dirname, '../../..');

/** The folder of each function; it lasts as long as this process. */
export type Installed = Readonly<Record<Target, string>>;

export async function installBundles(): Promise<Installed> {
  const folders = await Promise.all(targets.map(async (target) => [target, await install(target)] as const));
  return Object.fromEntries(folders) as Installed; // has each target, as the line above shows
}

async function install(target: Target): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), `pinward-${target}-`));
  process.on('exit', () => rmSync(folder, { recursive: true }));
  const files = unzipSync(zipBundle(await bundle(root, target)));
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  const words = ['ci', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = spawn('npm', words, { cwd: folder, env: outsideEnvironment(), stdio: ['ignore', 'ignore', 'inherit'] });
  const [status] = await once(npm, 'exit');
  if (status !== 0) throw new Error(`npm ci of ${target} ended with ${status}`);
  return folder;
}

/** Without what `npm test` tells its scripts of the project that it runs in. */
function outsideEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')));
}
