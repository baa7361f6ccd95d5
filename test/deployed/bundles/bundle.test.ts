// What `npm run build` makes, looked at without running it.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import type { AgentFiles } from '../../../functions/api/agents/agent-files.ts';
import { type Target, targets } from '../../../functions/environment.ts';
import { type Bundle, bundle, zipBundle } from '../../../infra/bundle.ts';
import type { Lock } from '../../../infra/lock.ts';
import { root } from './installed.ts';

const framework = '@google-cloud/functions-framework';

describe('a bundle', () => {
  const bundles = new Map<Target, Bundle>();
  let elsewhere: string;
  let printed: string;

  before(async () => {
    for (const target of targets) bundles.set(target, await bundle(root, target));
    elsewhere = copyProject();
    const env = { ...process.env, TZ: 'Pacific/Kiritimati' };
    printed = execFileSync(process.execPath, ['infra/bundle.ts'], { cwd: elsewhere, env, encoding: 'utf8' });
  });

  test('has the same bytes when the command makes it in another folder and another time zone', () => {
    for (const [target, made] of bundles) {
      const zip = readFileSync(join(elsewhere, 'dist', `${target}.zip`));
      assert.ok(zip.equals(zipBundle(made)), `${target}.zip differs`);
      const parts = readFileSync(join(elsewhere, 'dist', `${target}.cdx.json`), 'utf8');
      assert.ok(!parts.includes(elsewhere));
      const { metadata } = JSON.parse(parts);
      assert.equal(metadata.component.hashes[0].content, createHash('sha256').update(zip).digest('hex'));
    }
  });

  test('holds no path of the machine that made it', () => {
    for (const made of bundles.values()) {
      for (const bytes of Object.values(made)) assert.ok(!Buffer.from(bytes).includes(root));
      const { sources }: { sources: readonly string[] } = readText(made, 'index.mjs.map');
      assert.deepEqual(
        sources.filter((source) => !/^(?:(?:functions|shared|node_modules)\/|built-in:)/.test(source)),
        [],
      );
    }
  });

  test('takes less than 3 MB for the api', () => {
    const size = bundles.get('api')?.['index.mjs'].length ?? 0;

    assert.ok(size > 100_000 && size < 3_000_000, `${size} bytes`);
  });

  test('has what only one function loads in that function alone', () => {
    const holders = (name: string) =>
      targets.filter((target) => {
        const made = bundles.get(target);
        return made !== undefined && Buffer.from(made['index.mjs.map']).includes(`"node_modules/${name}/`);
      });

    assert.deepEqual(holders('@google-cloud/aiplatform'), ['probe']);
    assert.deepEqual(holders('@slack/webhook'), ['announce']);
    assert.deepEqual(holders('@google-cloud/firestore'), targets);
  });

  test('has the agents if it is that of the api, those that stand beside it with their hashes', () => {
    for (const [target, made] of bundles) assert.equal('agents.json' in made, target === 'api', target);
    const agents: AgentFiles = JSON.parse(String(Buffer.from(bundles.get('api')?.['agents.json'] ?? '')));
    for (const [system, file] of [
      ['posix', 'agent.sh'],
      ['windows', 'agent.ps1'],
    ] as const) {
      assert.equal(readFileSync(join(elsewhere, 'dist', file), 'utf8'), agents[system].agent);
      assert.ok(printed.includes(`${file} ${agents[system].sha256}\n`), printed);
    }
  });

  test('has the console if it is that of the api, and in no other', () => {
    assert.deepEqual(
      targets.filter((target) => bundles.get(target)?.['console.json'] !== undefined),
      ['api'],
    );
  });

  test('asks for the functions-framework alone, in the version of the project and with its lock', () => {
    const ours: { dependencies: Record<string, string> } = readJson('package.json');
    const whole: Lock = readJson('package-lock.json');
    const locks = new Set<string>();
    for (const [target, made] of bundles) {
      const manifest = readText<Record<string, unknown>>(made, 'package.json');
      const { packages } = readText<Lock>(made, 'package-lock.json');
      const { '': self, ...locked } = packages;

      assert.deepEqual(manifest['dependencies'], { [framework]: ours.dependencies[framework] });
      assert.equal(manifest['name'], `pinward-${target}`);
      assert.deepEqual(self?.dependencies, manifest['dependencies']);
      assert.ok(`node_modules/${framework}` in locked);
      for (const [folder, each] of Object.entries(locked)) assert.deepEqual(each, whole.packages[folder]);
      assert.ok(!JSON.stringify(packages).includes('"resolved"'));
      locks.add(JSON.stringify(locked));
    }
    assert.equal(locks.size, 1, 'all have the same packages');
  });
});

/** The project without its history, in an empty folder. */
function copyProject(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pinward elsewhere-'));
  for (const name of ['functions', 'shared', 'infra', 'package.json', 'package-lock.json', 'tsconfig.json'])
    cpSync(join(root, name), join(folder, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(join(root, file), 'utf8'));
}

function readText<T>(made: Bundle, file: 'index.mjs.map' | 'package.json' | 'package-lock.json'): T {
  return JSON.parse(Buffer.from(made[file]).toString());
}
