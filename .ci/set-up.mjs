// Installs the packages of a fresh checkout before `npm start` and `npm test`, and shows how far it is. Does nothing if the
// installed packages are as new as the lock file. Plain JavaScript, because the running Node may be older than the one that it
// installs.

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';

const minimumNode = 24;
const progressEveryMs = process.stderr.isTTY ? 500 : 5_000;

if (modifiedMs('package-lock.json') > modifiedMs('node_modules/.package-lock.json')) {
  await install();
  removeHeaders();
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

async function install() {
  const began = Date.now();
  const folders = foldersOfLock();
  process.stderr.write(`Running npm ci: ${folders.length} packages, half a minute to some minutes.\n`);
  // No package needs its script of installation, and the hashes of the lock don't cover what one could fetch.
  const words = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--no-progress', '--loglevel=error'];
  const child = spawn('npm', words, {
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  const timer = setInterval(() => {
    const installed = folders.filter((folder) => existsSync(`${folder}/package.json`)).length;
    const seconds = Math.round((Date.now() - began) / 1000);
    const line = `npm ci: ${installed} of ${folders.length} packages, ${seconds} s`;
    process.stderr.write(process.stderr.isTTY ? `\r\u001b[K${line}` : `${line}\n`);
  }, progressEveryMs);
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  clearInterval(timer);
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  if (code === 0) return;
  process.stderr.write(
    `npm ci failed (exit code ${code}). Its reason is above. Fix it, then run the same command again.\n`,
  );
  process.exit(1);
}

/** The folders that npm fills on this machine: other platforms' packages stay away. */
function foldersOfLock() {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  return Object.keys(packages).filter((path) => {
    const { os = [process.platform], cpu = [process.arch], libc = ['glibc'] } = packages[path];
    return path !== '' && os.includes(process.platform) && cpu.includes(process.arch) && libc.includes('glibc');
  });
}

/** Of the packages with Node, removes the headers (67 MB): nothing here is compiled against them. */
function removeHeaders() {
  const packages = readdirSync('node_modules').filter((name) => /^node-(?:linux|win)-/.test(name));
  for (const name of packages) rmSync(`node_modules/${name}/include`, { recursive: true, force: true });
}

/** @param {string} file */
function modifiedMs(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
