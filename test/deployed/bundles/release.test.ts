// What `npm run release` makes, and when it refuses to: run in a repository of its own.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { targets } from '../../../functions/environment.ts';
import { parseFile, readTerraform } from '../infra/terraform.ts';
import { root } from './installed.ts';

const changelog =
  '# Changelog\n\n## Unreleased\n\n## 7.8.9 - 2026-11-28\n\n### Added\n\n- A thing.\n\n## 7.8.8\n\n- Old.\n';

describe('npm run release', () => {
  let repository: string;

  before(() => {
    repository = mkdtempSync(join(tmpdir(), 'pinward-release-'));
    for (const part of ['functions', 'shared', 'infra', 'LICENSE', 'package-lock.json', 'tsconfig.json', '.gitignore'])
      cpSync(join(root, part), join(repository, part), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(repository, 'node_modules'));
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    write('package.json', JSON.stringify({ ...manifest, version: '7.8.9' }));
    write('CHANGELOG.md', changelog);
    git('init', '--quiet');
    // The pattern of .gitignore is for a folder.
    write('.git/info/exclude', 'node_modules\n');
    git('remote', 'add', 'origin', 'https://ada:secret@github.com/example/pinward.git');
    commit();
  });
  after(() => rmSync(repository, { recursive: true }));

  test('makes zips with their version, checksums that are right, the changes, and Terraform that takes them', async () => {
    const { status, stdout, stderr } = release();
    assert.equal(status, 0, stderr);

    const folder = join(repository, 'dist/release/7.8.9');
    const zips = targets.map((target) => `pinward-${target}-7.8.9.zip`);
    const sums = new Map(
      readFileSync(join(folder, 'SHA256SUMS'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => [line.slice(66), line.slice(0, 64)]),
    );
    const others = ['CHANGES.md', 'SHA256SUMS', 'module.tf'];
    const listed = readdirSync(folder).filter((name) => !others.includes(name));
    const module = await parseFile(join(folder, 'module.tf'));
    const text = JSON.stringify(module);

    for (const name of [...zips, 'pinward-agent-7.8.9.tar.gz', 'pinward-intune-7.8.9.zip', 'pinward.rb'])
      assert.ok(listed.includes(name), name);
    assert.deepEqual([...sums.keys()].toSorted(), listed.toSorted());
    for (const [name, sum] of sums) assert.equal(sum, hashOf(join(folder, name)), name);
    const agents = ['sh', 'ps1'].map((extension) => `pinward-agent-7.8.9.${extension}`);
    for (const name of [...zips, ...agents]) assert.ok(text.includes(sums.get(name) ?? 'none'), name);
    const { outputs } = await readTerraform('infra/examples/small');
    assert.deepEqual(Object.keys(module['output'] ?? {}).toSorted(), outputs.map(({ name }) => name).toSorted());
    assert.ok(text.includes('git::https://github.com/example/pinward.git//infra?ref=v7.8.9'));
    assert.ok(text.includes('https://github.com/example/pinward/releases/download/v7.8.9'));
    assert.equal(readFileSync(join(folder, 'CHANGES.md'), 'utf8'), '### Added\n\n- A thing.\n');
    for (const name of [...listed, ...others]) assert.ok(stdout.includes(name), name);
    assert.ok(![stdout, text].join().includes('secret'));
  });

  test('takes the lists of parts that stand beside the zips', () => {
    const build = join(repository, 'infra/bundle.ts');
    const source = readFileSync(build, 'utf8');
    const list = "\nimport { writeFileSync as add } from 'node:fs';\nadd('dist/api.cdx.json', '{}');\n";
    writeFileSync(build, source + list);
    commit();
    const { status, stderr } = release('--url', 'https://example.com/pinward/');
    assert.equal(status, 0, stderr);

    assert.match(
      readFileSync(join(repository, 'dist/release/7.8.9/module.tf'), 'utf8'),
      /"https:\/\/example\.com\/pinward"/,
    );
    assert.ok(existsSync(join(repository, 'dist/release/7.8.9/pinward-api-7.8.9.cdx.json')));
    assert.match(
      readFileSync(join(repository, 'dist/release/7.8.9/SHA256SUMS'), 'utf8'),
      /pinward-api-7\.8\.9\.cdx\.json/,
    );
    rmSync(join(repository, 'dist'), { recursive: true });
  });

  for (const [what, file, text, says] of [
    ['changes that are not committed', 'new.txt', 'new', /Commit or stash.*new\.txt/s],
    [
      'a version without a section',
      'CHANGELOG.md',
      changelog.replace('7.8.9', '7.8.7'),
      /says nothing below "## 7\.8\.9/,
    ],
    ['an empty section', 'CHANGELOG.md', changelog.replace(/### Added.*thing\.\n/s, ''), /says nothing below/],
    [
      'entries of no version',
      'CHANGELOG.md',
      changelog.replace('Unreleased\n', 'Unreleased\n\n- New.\n'),
      /"Unreleased"/,
    ],
  ] as const)
    test(`refuses ${what}`, () => {
      write(file, text);
      if (file === 'CHANGELOG.md') commit();
      const { status, stderr } = release();
      rmSync(join(repository, file));
      write('CHANGELOG.md', changelog);
      commit();

      assert.equal(status, 1);
      assert.match(stderr, says);
      assert.ok(!existsSync(join(repository, 'dist/release')));
    });

  test('refuses an address that Terraform would not take', () => {
    const { status, stderr } = release('--url', 'http://example.com');

    assert.equal(status, 1);
    assert.match(stderr, /--url must begin with https/);
  });

  test('refuses a version that is the tag of another commit', () => {
    git('tag', 'v7.8.9');
    write('new.txt', 'new');
    commit();
    const { status, stderr } = release();

    assert.equal(status, 1);
    assert.match(stderr, /v7\.8\.9 is the tag of another commit/);
  });

  test('says how to call it, and refuses an option that it does not have', () => {
    assert.match(release('--help').stdout, /npm run release -- /);
    assert.deepEqual([release('--what').status, release('--what').stdout], [2, '']);
  });

  function release(...words: readonly string[]) {
    return spawnSync(process.execPath, ['infra/release.ts', ...words], { cwd: repository, encoding: 'utf8' });
  }

  function write(file: string, text: string): void {
    writeFileSync(join(repository, file), text);
  }

  function commit(): void {
    git('add', '-A');
    git(
      '-c',
      'user.name=Ada',
      '-c',
      'user.email=ada@example.com',
      'commit',
      '--quiet',
      '--allow-empty',
      '-m',
      'Change',
    );
  }

  function git(...words: readonly string[]): void {
    execFileSync('git', words, { cwd: repository });
  }
});

function hashOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
