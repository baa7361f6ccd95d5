// A copy of this machine's root that costs nothing: an overlay in a mount namespace. What runs in it changes only a
// temporary file system, which goes with it, and reaches the servers of this machine.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished, type Run } from '../posix/machine.ts';

export interface CopiedRun extends Run {
  /** What is there in the end, and not on this machine. Without logs, caches and the lists of package managers. */
  readonly left: readonly string[];
}

export interface Copied {
  /** A script for sh, run as root in the copy. It ends at the first command that fails. */
  readonly script: string;
  /** The folder that the script sees as /mnt. */
  readonly given: string;
  readonly env?: Readonly<Record<string, string>>;
  /** A script that changes mounts below $root before the other begins. */
  readonly prepare?: string;
}

const around = `
folder=$1 given=$2 root=$1/root
mount -t tmpfs none "$folder"
mkdir "$folder/changes" "$folder/work" "$root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$folder/changes,workdir=$folder/work" "$root"
for name in dev proc; do mount --rbind "/$name" "$root/$name"; done
mount --bind "$given" "$root/mnt"
eval "$4"
code=0
chroot "$root" /bin/sh -euc "$3" || code=$?
cd "$folder/changes"
find . ! -name . | while IFS= read -r path; do
  case $path in ./var/log/* | ./var/cache/* | ./var/lib/dpkg/* | ./var/lib/rpm* | ./dev/* | ./proc/*) continue ;; esac
  [ -e "/$path" ] || [ -L "/$path" ] || printf 'left: %s\\n' "\${path#.}"
done
exit "$code"
`;

export async function runInCopiedRoot({ script, given, env = {}, prepare = '' }: Copied): Promise<CopiedRun> {
  const folder = mkdtempSync(join(tmpdir(), 'pinward-copied-'));
  try {
    const words = ['-m', '/bin/sh', '-euc', around, 'sh', folder, given, script, prepare];
    const run = await finished(spawn('unshare', words, { env: { PATH: systemPath, ...env } }));
    const left = [...run.out.matchAll(/^left: (.*)$/gm)].map(([, path = '']) => path);
    return { ...run, left: left.toSorted() };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const systemPath = '/usr/sbin:/usr/bin:/sbin:/bin';
