// The packages that a release of this tree would have, made in a repository of its own.

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Packed, writePackages } from '../../../infra/agents/packages/packages.ts';
import { root } from '../packaging/files.ts';

export interface MadePackages extends Disposable {
  readonly packed: Packed;
  /** The folder with the packages. */
  readonly folder: string;
}

export function makePackages(): MadePackages {
  const repository = mkdtempSync(join(tmpdir(), 'pinward-packages-'));
  const packed = {
    root: repository,
    version: '7.8.9',
    url: 'https://example.com/releases',
    repository: 'https://github.com/example/pinward',
  };
  for (const name of ['infra/agents', 'LICENSE']) cpSync(join(root, name), join(repository, name), { recursive: true });
  const author = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com'];
  for (const words of [
    ['init', '--quiet'],
    ['add', '-A'],
    [...author, 'commit', '--quiet', '-m', 'Release'],
  ])
    execFileSync('git', words, { cwd: repository });
  const folder = join(repository, 'made');
  mkdirSync(folder);
  writePackages(folder, packed);
  return { packed, folder, [Symbol.dispose]: () => rmSync(repository, { recursive: true }) };
}
