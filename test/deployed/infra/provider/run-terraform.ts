// Runs Terraform on a copy of infra/, with the stand-in for its providers.

import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { targets } from '../../../../functions/environment.ts';
import type { StandIn } from './stand-in.ts';

export interface Ran {
  readonly status: number | null;
  readonly output: string;
}

export interface Checkout {
  /** Runs a command of Terraform in a folder of the copy, such as `infra/examples/small`. */
  readonly run: (folder: string, words: readonly string[]) => Promise<Ran>;
  readonly path: string;
  readonly remove: () => void;
}

/** A copy of infra/, with empty bundles. */
export function checkout({ reattach }: StandIn): Checkout {
  const path = mkdtempSync(join(tmpdir(), 'pinward-terraform-'));
  cpSync('infra', join(path, 'infra'), { recursive: true });
  mkdirSync(join(path, 'dist'));
  for (const target of targets) writeFileSync(join(path, 'dist', `${target}.zip`), '');
  const env = { PATH: process.env['PATH'], HOME: path, CHECKPOINT_DISABLE: '1', TF_REATTACH_PROVIDERS: reattach };
  return {
    path,
    run: async (folder, words) => {
      const child = spawn('terraform', [...words, '-no-color'], { cwd: join(path, folder), env });
      const ended = new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
      const [status, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
      return { status, output: `${stdout}${stderr}` };
    },
    remove: () => rmSync(path, { recursive: true }),
  };
}
