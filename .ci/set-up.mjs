// Makes a fresh checkout ready, before `npm start` and `npm test`: plain JavaScript, because the Node that runs it may be
// older than the one that it installs. Does nothing when the installed packages are as new as the lock file.

import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';

const needed = 24;

if (modified('package-lock.json') > modified('node_modules/.package-lock.json')) {
  process.stderr.write('Setting up: npm ci (the first time takes about half a minute)\n');
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
}

const found = execFileSync('node', ['--version'], { encoding: 'utf8' }).trim();
if (Number.parseInt(found.slice(1), 10) < needed) {
  process.stderr.write(
    `Pinward runs on Node ${needed}, and the packages brought none (found ${found}). ` +
      'npm is probably set to ignore install scripts: run `npm rebuild --ignore-scripts=false node`, or install Node 24.\n',
  );
  process.exit(1);
}

/** @param {string} file */
function modified(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
