// Every function as a deployment gets it: its zip, unpacked into an empty folder, and the packages that `npm ci` puts there.

import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { type Target, targets } from '../../../functions/environment.ts';
import { bundle, zipBundle } from '../../../infra/bundle.ts';
import { installPackages } from '../../support/install-packages.ts';

export const root = join(import.meta.dirname, '../../..');

/** The folder of each function; it lasts as long as this process. */
export type Installed = Readonly<Record<Target, string>>;

/** All bundles lock the same packages, which bundle.test.ts shows, so the first one's serve the others. */
export async function installBundles(): Promise<Installed> {
  const [first, ...others] = await Promise.all(targets.map(async (target) => [target, await unpack(target)] as const));
  if (first === undefined) throw new Error('there is no function');
  await installPackages(first[1]);
  for (const [, folder] of others)
    cpSync(join(first[1], 'node_modules'), join(folder, 'node_modules'), { recursive: true, verbatimSymlinks: true });
  return Object.fromEntries([first, ...others]) as Installed; // has each target, as the lines above show
}

async function unpack(target: Target): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), `pinward-${target}-`));
  process.on('exit', () => rmSync(folder, { recursive: true }));
  const files = unzipSync(zipBundle(await bundle(root, target)));
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  return folder;
}
