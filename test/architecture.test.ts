// The house: which room may import which, and what each room may load. Read from the imports themselves.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { openSqlite } from '../shared/adapters/sqlite.ts';
import { testKeys } from './support/document-keys.ts';
import { findCircle, importsOf, read, sources } from './support/imports.ts';
import { revision } from './support/world.ts';

/**
 * The rooms from the ground up. A file belongs to the first room that names it, and imports its own room and those before it.
 * Rooms that stand in one line know nothing of each other.
 */
const floors: readonly (readonly string[])[] = [
  ['shared/domain/fault.ts', 'shared/domain/day.ts'],
  ['shared/domain/models/'],
  ['shared/domain/policy/'],
  ['shared/domain/access/', 'shared/domain/availability/'],
  ['shared/domain/serving/'],
  ['shared/domain/consequences/', 'shared/domain/lint/'],
  ['shared/domain/changes/'],
  ['shared/domain/events/'],
  ['shared/domain/probe/', 'shared/domain/rollouts/'],
  ['shared/domain/documents.ts'],
  ['shared/domain/writers.ts', 'shared/catalogue/', 'shared/ports.ts', 'shared/with-timeout.ts'],
  ['shared/list-readable.ts', 'functions/framework-server.ts', 'functions/printable.ts', 'functions/brotli.ts'],
  ['shared/adapters/', 'functions/environment.ts', 'functions/log.ts'],
  ['functions/commands/', 'functions/lifecycle.ts', 'functions/open-store.ts', 'functions/bundled.ts'],
  ['functions/adoption/', 'functions/probe/', 'functions/advance/', 'functions/announce/'],
  ['functions/api/caching/', 'functions/api/problems/', 'functions/api/signing/'],
  ['functions/api/auth/', 'functions/api/traffic/', 'functions/api/console/', 'functions/api/agents/'],
  ['functions/api/polls/'],
  ['functions/api/admin/'],
  ['functions/api/', 'functions/console/'],
  ['functions/wiring.ts', 'functions/cli/'],
  ['functions/index.ts', 'functions/local/'],
  ['infra/'],
];

/** What a room may import beside rooms; a room that isn't named may import any package and any module of Node. */
const outside: readonly (readonly [string, readonly string[]])[] = [
  ['shared/domain/', ['npm:zod', 'npm:fastest-levenshtein', 'node:crypto', 'node:util']],
  ['shared/catalogue/', []],
  ['shared/ports.ts', []],
];

/** The composition root, and what people run, alone choose adapters. */
const adapterUsers = ['shared/adapters/', 'functions/open-store.ts', 'functions/wiring.ts', 'functions/local/'].concat(
  'functions/cli/',
);

test('every source file stands in a room', () => {
  assert.deepEqual(
    sources.filter((file) => floorOf(file) === -1),
    [],
  );
});

test('no import points up, or to another room of the same floor', () => {
  const wrong = sources.flatMap((file) =>
    importsOf(file)
      .filter((to) => sources.includes(to) && !mayImport(file, to))
      .map((to) => `${file} imports ${to}`),
  );

  assert.deepEqual(wrong, []);
});

test('no files import each other in a circle of any length', () => {
  assert.equal(findCircle(), null);
});

test('the domain, the catalogue and the ports load nothing that waits for anything', () => {
  const wrong = outside.flatMap(([room, allowed]) =>
    sources
      .filter((file) => file.startsWith(room))
      .flatMap((file) => importsOf(file).map((to) => [file, to] as const))
      .filter(([, to]) => /^(?:npm|node):/.test(to) && !allowed.includes(to))
      .map(([file, to]) => `${file} imports ${to}`),
  );

  assert.deepEqual(wrong, []);
});

test('adapters are chosen in the composition root, and by what people run', () => {
  const wrong = sources
    .filter((file) => !adapterUsers.some((room) => file.startsWith(room)))
    .filter((file) => importsOf(file).some((to) => to.startsWith('shared/adapters/')));

  assert.deepEqual(wrong, []);
});

test('the domain has no clock, no environment and waits for nothing', () => {
  const impure = sources
    .filter((file) => file.startsWith('shared/domain/'))
    .filter((file) => /\bDate\.now|new Date\(\)|\bprocess\.|\bawait\b|Math\.random|\bfetch\(/.test(read(file)));

  assert.deepEqual(impure, []);
});

test('the domain names no file of functions/, and traffic knows no poll', () => {
  const domain = sources.filter((file) => file.startsWith('shared/') && read(file).includes('functions/'));
  const traffic = sources.filter((file) => file.startsWith('functions/api/traffic/') && read(file).includes('polls/'));

  assert.deepEqual([...domain, ...traffic], []);
});

test('a store is written by commands, by the probe, and by announcements', () => {
  const writers = sources
    .filter((file) => file.startsWith('functions/') && /\.commit\(/.test(read(file)))
    .map((file) => file.replace(/\/[^/]*$/, ''));

  assert.deepEqual(
    [...new Set(writers)],
    ['functions/announce', 'functions/api/auth', 'functions/commands', 'functions/probe'],
  );
});

test('only one file reads the environment', () => {
  const readers = sources.filter((file) => file.startsWith('functions/') && read(file).includes('process.env'));

  assert.deepEqual(readers, ['functions/environment.ts']);
});

test('no file is longer than 200 lines, and no folder holds more than 14 source files', () => {
  const long = globSync('{functions,shared,infra,test}/**/*.{ts,tsx}').filter(
    (file) => read(file).split('\n').length > 201,
  );
  const folders = [...new Set(sources.map((file) => dirname(file)))];
  const full = folders.filter((folder) => readdirSync(folder).filter((name) => /\.tsx?$/.test(name)).length > 14);

  assert.deepEqual([...long, ...full], []);
});

describe('the glossary in shared/README.md', () => {
  const glossary = read('shared/README.md');
  const domain = sources.filter((file) => file.startsWith('shared/domain/'));

  test('has a line for every file of the domain', () => {
    const missing = domain.filter((file) => !glossary.includes(`\`${file.replace('shared/domain/', '')}\``));

    assert.deepEqual(missing, []);
  });

  test('has every type that the domain exports', () => {
    const types = domain.flatMap((file) =>
      [...read(file).matchAll(/^export (?:interface|type) (\w+)/gm)].map(([, name = '']) => name),
    );
    const missing = [...new Set(types)].filter((name) => !glossary.includes(`\`${name}\``));

    assert.deepEqual(missing, []);
  });

  test('has no line for a file that is not there', () => {
    const named = [...glossary.matchAll(/`([a-z-]+\/[a-z-]+\.ts|[a-z-]+\.ts)`/g)].map(([, name = '']) => name);
    const gone = named.filter((name) => !domain.includes(`shared/domain/${name}`));

    assert.deepEqual(gone, []);
  });
});

test('a poll is answered without loading a single package: no Hono, no schemas, no cloud SDK', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'pinward-')), 'pinward.db');
  const store = openSqlite(file, testKeys);
  await store.commit([{ kind: 'published', id: 'current', expect: 'absent', value: { revision: revision() } }]);
  await store.close();

  const traced = spawnSync(
    process.execPath,
    ['--import', './test/support/trace-imports.mjs', 'test/support/one-poll.ts', file],
    { encoding: 'utf8' },
  );

  const packages = [...traced.stdout.matchAll(/node_modules\/((?:@[^/]+\/)?[^/\n]+)/g)].map(([, name]) => name);
  assert.match(traced.stdout, /loaded .*resolve\.ts/);
  assert.match(traced.stdout, /answered 200, logged poll$/m);
  assert.deepEqual([...new Set(packages)], []);
  assert.doesNotMatch(traced.stdout, /serve-console|functions\/console\//);
});

function floorOf(file: string): number {
  return floors.findIndex((rooms) => roomOf(rooms, file) !== undefined);
}

function roomOf(rooms: readonly string[], file: string): string | undefined {
  return rooms.find(
    (room) => file.startsWith(room) && (room !== 'functions/api/' || dirname(file) === 'functions/api'),
  );
}

function mayImport(file: string, to: string): boolean {
  const [from, target] = [floorOf(file), floorOf(to)];
  if (target !== from) return target < from;
  const rooms = floors[from] ?? [];
  return roomOf(rooms, file) === roomOf(rooms, to);
}
