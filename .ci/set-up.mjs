// Installs the packages of a fresh checkout before `npm start` and `npm test`. Does nothing if the installed packages
// are as new as the lock file. Plain JavaScript, because the running Node may be older than the one that it installs.

import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';

const minimumNode = 24;

if (modifiedMs('package-lock.json') > modifiedMs('node_modules/.package-lock.json')) {
  process.stderr.write('Running npm ci, which takes about half a minute the first time.\n');
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
}

const found = execFileSync('node', ['--version'], { encoding: 'utf8' }).trim();
if (Number.parseInt(found.slice(1), 10) < minimumNode) {
  process.stderr.write(
    `Pinward needs Node ${minimumNode}, but found ${found}. Linux and Windows (x64) get it from the packages node-linux-* and ` +
      'node-win-*: run `npm ci --include=optional`. If it is still missing, its hash was not that of the lock. ' +
      'Elsewhere, such as on macOS, install Node 24.\n',
  );
  process.exit(1);
}

/** @param {string} file */
function modifiedMs(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
