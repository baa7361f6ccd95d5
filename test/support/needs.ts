// Says in one line which parts of the tests this machine can't run and what would bring them; `npm test` starts with it.
// Under CI nothing may be missing, except PowerShell where there is no .NET to install it with.

import { spawnSync } from 'node:child_process';
import { whyNoEmulators } from '../../functions/local/emulators.ts';

/** A program that some tests run for real, and the Debian package that has it. */
const programs = {
  bash: 'bash',
  busybox: 'busybox',
  zsh: 'zsh',
  mksh: 'mksh',
  fish: 'fish',
  curl: 'curl',
  ip: 'iproute2',
  openssl: 'openssl',
  shellcheck: 'shellcheck',
  'systemd-analyze': 'systemd',
  mcs: 'mono-mcs',
  'dpkg-deb': 'dpkg',
  rpmbuild: 'rpm',
  ruby: 'ruby',
  'original-awk': 'original-awk',
  script: 'bsdutils',
} as const;
/** PowerShell 7, as a tool of .NET: Debian has no package of it. */
const powershell = 'dotnet tool install PowerShell --version 7.6.9 --tool-path DIR, with DIR on the PATH';
export type Program = keyof typeof programs | 'pwsh';

/** False when the program is here, else why a test that needs it is skipped: what node:test's `skip` takes. */
export function isMissing(program: Program): false | string {
  const found = spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
  return found ? false : `${program} is not installed`;
}

function main(): void {
  const names = Object.keys(programs) as (keyof typeof programs)[]; // Object.keys forgets what the keys of a constant are
  const missing = names.filter(isMissing);
  const noEmulators = whyNoEmulators();
  const stores = noEmulators === false ? "sqlite and Firestore (on Google's emulator)" : 'sqlite only';
  process.stdout.write(`Stores under test: ${stores}\n`);
  if (noEmulators !== false)
    process.stdout.write(`Skipped for want of emulators: Firestore, Pub/Sub (${noEmulators})\n`);
  if (missing.length > 0) {
    const packages = missing.map((name) => programs[name]).join(' ');
    process.stdout.write(`Skipped for want of programs: ${missing.join(', ')} (Debian: apt-get install ${packages})\n`);
  }
  if (isMissing('pwsh') !== false)
    process.stdout.write(`Skipped for want of pwsh: the Windows agent, run (${powershell})\n`);
  if (process.env['CI'] === 'true' && (missing.length > 0 || noEmulators !== false)) process.exit(1);
}

if (import.meta.main) main();
