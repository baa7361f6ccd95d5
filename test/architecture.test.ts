// The house: which folder may import which, and what the poll path may load. Read from the imports themselves.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { openSqlite } from '../shared/adapters/sqlite.ts';
import { revision } from './support/world.ts';

/** What a file may import, by the first prefix that its own path has. Packages are written `npm:name`. */
const rules: readonly (readonly [string, readonly string[]])[] = [
  ['shared/domain/', ['shared/domain/', 'npm:zod', 'node:crypto', 'node:util']],
  ['shared/catalogue/', ['shared/domain/', 'shared/catalogue/']],
  ['shared/ports.ts', ['shared/domain/']],
  ['shared/adapters/', ['shared/domain/', 'shared/ports.ts', 'shared/adapters/', 'npm:', 'node:']],
  ['functions/wiring.ts', ['functions/', 'shared/', 'npm:', 'node:']],
  ['functions/local/', ['functions/', 'shared/', 'npm:', 'node:']],
  ['functions/cli/', ['functions/', 'shared/', 'npm:', 'node:']],
  ['functions/', ['functions/', 'shared/domain/', 'shared/catalogue/', 'shared/ports.ts', 'npm:', 'node:']],
];

const sources = globSync('{functions,shared}/**/*.ts');

test('every source file stands in a folder that the house knows', () => {
  const strays = sources.filter((file) => ruleFor(file) === undefined);

  assert.deepEqual(strays, []);
});

test('no import points up', () => {
  const upward = sources.flatMap((file) =>
    importsOf(file)
      .filter((to) => !ruleFor(file)?.some((prefix) => to.startsWith(prefix)))
      .map((to) => `${file} imports ${to}`),
  );

  assert.deepEqual(upward, []);
});

test('the domain has no clock, no environment and waits for nothing', () => {
  const impure = sources
    .filter((file) => file.startsWith('shared/domain/'))
    .filter((file) =>
      /\bDate\.now|new Date\(\)|\bprocess\.|\bawait\b|Math\.random|\bfetch\(/.test(readFileSync(file, 'utf8')),
    );

  assert.deepEqual(impure, []);
});

test('only one file reads the environment', () => {
  const readers = sources.filter((file) => readFileSync(file, 'utf8').includes('process.env'));

  assert.deepEqual(readers, ['functions/environment.ts']);
});

test('no file is longer than 200 lines', () => {
  const long = globSync('{functions,shared,test}/**/*.ts').filter(
    (file) => readFileSync(file, 'utf8').split('\n').length > 201,
  );

  assert.deepEqual(long, []);
});

test('a poll is answered without loading a single package: no Hono, no schemas, no cloud SDK', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'pinward-')), 'pinward.db');
  const store = openSqlite(file);
  await store.commit([{ kind: 'published', id: 'current', expect: 'absent', value: { revision: revision() } }]);
  await store.close();

  const traced = spawnSync(
    process.execPath,
    ['--import', './test/support/trace-imports.mjs', 'test/support/one-poll.ts', file],
    {
      encoding: 'utf8',
    },
  );

  const packages = [...traced.stdout.matchAll(/node_modules\/((?:@[^/]+\/)?[^/\n]+)/g)].map(([, name]) => name);
  assert.match(traced.stdout, /loaded .*resolve\.ts/);
  assert.match(traced.stdout, /answered 200, logged poll$/m);
  assert.deepEqual([...new Set(packages)], []);
});

function ruleFor(file: string): readonly string[] | undefined {
  return rules.find(([prefix]) => file.startsWith(prefix))?.[1];
}

function importsOf(file: string): readonly string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, name = '']) => {
    if (name.startsWith('.')) return normalize(join(dirname(file), name));
    return name.startsWith('node:') ? name : `npm:${name}`;
  });
}
