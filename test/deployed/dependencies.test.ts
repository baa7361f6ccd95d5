// What is installed from others: under which licence, and held against which bytes. Reads the lock and node_modules.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';

/** Licences that ask for no more than their notice. */
const allowed = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  // Of a list of data, spdx-exceptions, which no code of ours is made from.
  'CC-BY-3.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Python-2.0',
  'Unlicense',
]);

const Entry = z.looseObject({
  version: z.string().optional(),
  integrity: z.string().optional(),
  resolved: z.string().optional(),
  dev: z.boolean().optional(),
  devOptional: z.boolean().optional(),
  optional: z.boolean().optional(),
  hasInstallScript: z.boolean().optional(),
});
const lock = z
  .object({ packages: z.record(z.string(), Entry) })
  .parse(JSON.parse(readFileSync('package-lock.json', 'utf8')));
const entries = Object.entries(lock.packages).filter(([path]) => path !== '');

test('every package of production has a licence that is allowed', () => {
  const production = entries.filter(([, { dev, devOptional }]) => dev !== true && devOptional !== true);
  const licences = production.flatMap(([path, { optional }]) => {
    const licence = licenceOf(path);
    // What is optional may be for another system, and then is not there.
    return licence === null && optional === true ? [] : [[path, licence ?? 'not installed'] as const];
  });

  assert.ok(licences.length > 50);
  assert.deepEqual(
    licences.filter(([, licence]) => !isAllowed(licence)),
    [],
  );
});

test('a licence is allowed when one that may be chosen is, and all that must be kept are', () => {
  assert.ok(isAllowed('MIT') && isAllowed('(MIT OR GPL-3.0)') && isAllowed('(Apache-2.0 AND MIT)'));
  assert.ok(!isAllowed('GPL-3.0') && !isAllowed('(MIT AND GPL-3.0)') && !isAllowed('SEE LICENSE IN LICENSE'));
});

test('functions/README.md says what every package is for', () => {
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
  const [, table = ''] = readFileSync('functions/README.md', 'utf8').split('## Dependencies');
  const cells = [...table.matchAll(/^\| (.*?) \|/gm)].map(([, cell = '']) => cell);
  const told = cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));
  const packages = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
  const kinds = packages.map((name) => (name.startsWith('@types/') ? '@types/*' : name));

  assert.deepEqual(told.toSorted(), [...new Set(kinds)].toSorted());
});

test('every package of the lock is held against a SHA-512, and comes from whatever registry is set', () => {
  const loose = entries.filter(([, { integrity }]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? ''));
  const addressed = entries.filter(([, { resolved }]) => resolved !== undefined);

  assert.deepEqual([loose.map(([path]) => path), addressed.map(([path]) => path)], [[], []]);
});

test('the Node that runs the scripts comes from a package of the lock, so npm checks its hash', () => {
  const [folder = ''] = /^node_modules\/[^/]+/.exec(relative('.', realpathSync('node_modules/.bin/node'))) ?? [];
  const platforms = entries.filter(([path]) => /^node_modules\/node-(?:linux|win|darwin|bin)-/.test(path));
  const versions = new Set(platforms.map(([, { version }]) => version));

  assert.ok(
    platforms.some(([path]) => path === folder),
    `${folder} is not in the lock`,
  );
  assert.equal(versions.size, 1);
  assert.ok(platforms.every(([, { optional, hasInstallScript }]) => optional === true && hasInstallScript !== true));
});

test('only known packages run a script of their own when they are installed, which could fetch what no hash covers', () => {
  const scripted = entries.filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([path]) => path);

  const known = [
    // Looks for its binary, which is a package of the lock.
    'node_modules/esbuild',
    // Compares version numbers.
    'node_modules/protobufjs',
    // Looks for its prebuilt binary, which is in the package.
    'node_modules/tree-sitter-powershell',
  ];
  assert.deepEqual(scripted.toSorted(), known);
});

test('set-up installs without running the scripts of packages', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pinward-'));
  const script = { name: 'scripted', version: '1.0.0', scripts: { install: 'touch ../ran' } };
  const manifest = { name: 'a', version: '1.0.0', dependencies: { scripted: 'file:scripted' } };
  const link = { resolved: 'scripted', link: true };
  const packages = { '': manifest, 'node_modules/scripted': link, scripted: { version: '1.0.0' } };
  mkdirSync(join(folder, 'scripted'));
  writeFileSync(join(folder, 'scripted/package.json'), JSON.stringify(script));
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ ...manifest, lockfileVersion: 3, packages }));
  const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH']}` };
  const { status, stderr } = spawnSync(process.execPath, [resolve('.ci/set-up.mjs')], {
    cwd: folder,
    env,
    encoding: 'utf8',
  });

  assert.equal(status, 0, stderr);
  assert.deepEqual([existsSync(join(folder, 'node_modules/scripted')), existsSync(join(folder, 'ran'))], [true, false]);
});

test('what the registry signed has its signatures', (context) => {
  const { status, stdout, stderr } = spawnSync('npm', ['audit', 'signatures', '--json', '--fetch-retries=0'], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  const answer = readAnswer(stdout ?? '');
  if (answer === null) {
    const [why = ''] = (stderr ?? '').split('\n').filter((line) => line.startsWith('npm error'));
    context.skip(`the registry does not tell of signatures: ${why || `npm ended with ${status}`}`);
    return;
  }
  assert.deepEqual(answer.invalid, []);
});

/** Null where npm could not ask. What it reports as missing has no signature in that registry. */
function readAnswer(text: string): { readonly invalid: readonly unknown[] } | null {
  try {
    const read = z.object({ invalid: z.array(z.unknown()) }).safeParse(JSON.parse(text));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}

function licenceOf(path: string): string | null {
  try {
    const { license } = JSON.parse(readFileSync(`${path}/package.json`, 'utf8'));
    return typeof license === 'string' ? license : (license?.type ?? 'none');
  } catch {
    return null;
  }
}

/** An SPDX expression of one level, such as `(MIT OR Apache-2.0)`. */
function isAllowed(expression: string): boolean {
  return expression
    .replace(/[()]/g, '')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((licence) => allowed.has(licence)));
}
