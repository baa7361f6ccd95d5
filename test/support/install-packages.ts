// Runs `npm ci` in a folder with a package.json and a lock file of its own.

import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Puts the packages that the folder locks into it. */
export async function installPackages(folder: string): Promise<void> {
  const words = ['ci', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = spawn('npm', words, { cwd: folder, env: outsideEnvironment(), stdio: ['ignore', 'ignore', 'inherit'] });
  const [status] = await once(npm, 'exit');
  if (status !== 0) throw new Error(`npm ci ended with ${status}`);
}

/** Without what `npm test` tells its scripts of the project that it runs in. */
function outsideEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')));
}
