// The packages of a release: their bytes, what is left out, and what Homebrew and Intune get.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { strFromU8, unzipSync } from 'fflate';
import { writePackages } from '../../../infra/agents/packages/packages.ts';
import { isMissing } from '../../support/needs.ts';
import { root } from '../packaging/files.ts';
import { callsIn, errorsIn, parseScript } from '../packaging/powershell.ts';
import { finished, newMachine, pathOf, token, write } from '../posix/machine.ts';
import { answering, first, startServer } from '../posix/server.ts';
import { type MadePackages, makePackages } from './made.ts';

const names = [
  'pinward-7.8.9-1.noarch.rpm',
  'pinward-agent-7.8.9.tar.gz',
  'pinward-intune-7.8.9.zip',
  'pinward.rb',
  'pinward_7.8.9_all.deb',
];

describe('the packages of a release', () => {
  let made: MadePackages;
  before(() => {
    made = makePackages();
  });
  after(() => made[Symbol.dispose]());

  test('are the same bytes each time', { skip: isMissing('dpkg-deb') || isMissing('rpmbuild') }, () => {
    const other = join(made.packed.root, 'other');
    mkdirSync(other);
    const [mask, zone] = [process.umask(0o077), process.env['TZ']];
    process.env['TZ'] = 'Asia/Tokyo';
    try {
      assert.deepEqual(writePackages(other, made.packed), []);
    } finally {
      process.umask(mask);
      if (zone === undefined) delete process.env['TZ'];
      else process.env['TZ'] = zone;
    }

    assert.deepEqual(readdirSync(made.folder).toSorted(), names);
    for (const name of names)
      assert.deepEqual(readFileSync(join(other, name)), readFileSync(join(made.folder, name)), name);
  });

  test('are left out in one line each where the tools are missing', () => {
    const path = process.env['PATH'];
    const tools = join(made.packed.root, 'tools');
    mkdirSync(tools);
    for (const name of ['git', 'sh']) symlinkSync(pathOf(name), join(tools, name));
    process.env['PATH'] = tools;
    try {
      assert.deepEqual(writePackages(made.folder, made.packed), [
        'Skipped the .deb, because there is no dpkg-deb (Debian: apt-get install dpkg)',
        'Skipped the .rpm, because there is no rpmbuild (Debian: apt-get install rpm)',
      ]);
    } finally {
      process.env['PATH'] = path;
    }
  });

  test('the Homebrew formula is Ruby, and takes the archive that is there', { skip: isMissing('ruby') }, () => {
    const formula = readFileSync(join(made.folder, 'pinward.rb'), 'utf8');
    const archive = spawnSync('sha256sum', [join(made.folder, 'pinward-agent-7.8.9.tar.gz')], {
      encoding: 'utf8',
    }).stdout;

    assert.equal(spawnSync('ruby', ['-c'], { input: formula, encoding: 'utf8' }).stdout, 'Syntax OK\n');
    assert.ok(formula.includes('url "https://example.com/releases/pinward-agent-7.8.9.tar.gz"'));
    assert.ok(formula.includes(`sha256 "${archive.slice(0, 64)}"`));
    assert.doesNotMatch(formula, /@[A-Z]/);
  });

  test('the scripts for Intune are PowerShell that 5.1 has, and find the agent that they install', () => {
    const files = unzipSync(readFileSync(join(made.folder, 'pinward-intune-7.8.9.zip')));
    const scripts = Object.keys(files).filter((name) => name !== 'pinward.ps1');
    const hash = spawnSync('sha256sum', [join(root, 'infra/agents/windows/pinward.ps1')], { encoding: 'utf8' }).stdout;

    assert.deepEqual(scripts.toSorted(), ['detect.ps1', 'install.ps1', 'uninstall.ps1']);
    for (const name of scripts) {
      const script = parseScript(strFromU8(files[name] ?? new Uint8Array()));
      assert.deepEqual(errorsIn(script), [], name);
      const unknown = callsIn(script).filter(
        (call) => !/^(Join-Path|Test-Path|Get-FileHash|Where-Object|\(.*)$/.test(call.name),
      );
      assert.deepEqual(unknown, [], name);
    }
    assert.ok(strFromU8(files['detect.ps1'] ?? new Uint8Array()).includes(`'${hash.slice(0, 64)}'`));
  });

  test('Intune installs, finds and removes the agent by its scripts', { skip: isMissing('pwsh') }, async () => {
    using machine = newMachine();
    await using server = await startServer(answering(first));
    const files = unzipSync(readFileSync(join(made.folder, 'pinward-intune-7.8.9.zip')));
    for (const [name, bytes] of Object.entries(files))
      write(machine.path(`app/${name}`), strFromU8(bytes).replace('https://pinward.example.com', server.url));
    write(machine.path('app/token'), token);
    const run = async (script: string, words: readonly string[], more: Record<string, string> = {}) => {
      const env = { PATH: process.env['PATH'], HOME: machine.path('home'), ...more };
      return await finished(spawn('pwsh', ['-NoProfile', '-File', machine.path(`app/${script}`), ...words], { env }));
    };
    const detected = async () => await run('detect.ps1', [], { ProgramW6432: machine.path('Program Files') });

    assert.deepEqual(await detected(), { code: 0, out: '', err: '' });
    assert.equal((await run('install.ps1', ['--root', machine.root])).code, 0);
    assert.match((await detected()).out, /is the one of this release/);
    assert.equal((await run('uninstall.ps1', ['--root', machine.root])).code, 0);
    assert.deepEqual(await detected(), { code: 0, out: '', err: '' });
  });
});
