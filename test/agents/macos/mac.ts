// A Mac as far as Linux can show one: /usr/bin has only programs that macOS has, each refusing what Apple's manual does not
// document, and bash as sh. The rest of the machine is a copy of this one.

import { appendFileSync, chmodSync, copyFileSync, cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type CopiedRun, runInCopiedRoot } from '../packages/copied-root.ts';
import { agents } from '../packaging/files.ts';
import { write } from '../posix/machine.ts';

export interface MacRun extends CopiedRun {
  /** Command lines that a Mac does not know. */
  readonly refused: readonly string[];
}

const standIn = join(import.meta.dirname, 'tool.sh');
/** The programs that tool.sh stands for. */
const tools = [...readFileSync(standIn, 'utf8').matchAll(/^ {2}([a-z0-9]+(?: \| [a-z0-9]+)*)\)/gm)].flatMap(
  ([, names = '']) => names.split(' | '),
);
/** Programs that are the same on both. */
const same = ['curl', 'openssl', 'perl', 'shasum', '[', 'false', 'printf', 'test', 'true'];
/** Where the agents are: Macs have many folders with blanks. */
export const folder = '/mnt/My Agents';

/** Prepares a folder for `runOnMac`, with the agents in it, edited if need be. */
export function makeMac(given: string, edit: (agent: string) => string = (text) => text): void {
  const programs = join(given, 'bin');
  mkdirSync(programs);
  for (const name of tools) copyFileSync(standIn, join(programs, name));
  for (const name of tools) chmodSync(join(programs, name), 0o755);
  for (const name of same) symlinkSync(`/gnu/${name}`, join(programs, name));
  // Under the name of sh it keeps to POSIX, as that of macOS.
  copyFileSync('/bin/bash', join(programs, 'sh'));
  cpSync(agents, join(given, 'My Agents'), { recursive: true });
  const agent = join(given, 'My Agents/posix/pinward.sh');
  write(agent, edit(readFileSync(agent, 'utf8')), 0o755);
  appendFileSync(join(given, 'refused'), '');
  chmodSync(join(given, 'refused'), 0o666);
}

/** Runs a script on such a Mac, as root. */
export async function runOnMac(given: string, script: string): Promise<MacRun> {
  const prepare = `
    mkdir -p "$root/gnu" "$root/Library/LaunchDaemons" && mount --bind /usr/bin "$root/gnu"
    mkdir "$folder/empty" && mount --bind "$folder/empty" "$root/usr/sbin" && mount --bind "$given/bin" "$root/usr/bin"`;
  const run = await runInCopiedRoot({ script, given, prepare, env: { HOME: '/root' } });
  const refused = readFileSync(join(given, 'refused'), 'utf8').split('\n').filter(Boolean);
  return {
    ...run,
    refused,
    left: run.left.filter((path) => !['/gnu', '/Library', '/Library/LaunchDaemons'].includes(path)),
  };
}
