// install.sh installs and removes agent and timer: on Linux and with a fake macOS, as files and as one script.

import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { existsSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { isMissing } from '../../support/needs.ts';
import { finished, fragment, type Machine, newMachine, type Run, token, write } from '../posix/machine.ts';
import { answering, type FaultyServer, first, startServer } from '../posix/server.ts';
import { agents, read } from './files.ts';

const installer = join(agents, 'posix/install.sh');
const timers = {
  Linux: 'etc/systemd/system/pinward.timer',
  Darwin: 'Library/LaunchDaemons/pinward.daemon.plist',
} as const;

describe('install.sh', { skip: isMissing('systemd-analyze') }, () => {
  for (const system of ['Linux', 'Darwin'] as const) {
    test(`installs agent and timer on ${system}, and removes them without a trace`, async () => {
      await using server = await startServer(answering(first));
      using machine = newMachine();
      write(machine.path('etc/systemd/system/other.service'), '');
      write(machine.path('Library/LaunchDaemons/other.plist'), '');
      const found = machine.files();
      const { code, err } = await run(machine, system, installArguments(server, machine));
      assert.equal(code, 0, err);
      assert.match(machine.read(timers[system]), system === 'Linux' ? /OnBootSec/ : /pinward\.daemon/);
      assert.equal(existsSync(machine.path(timers[system === 'Linux' ? 'Darwin' : 'Linux'])), false);
      assert.equal(machine.read(settingsOn(system)), first.body);

      assert.equal((await run(machine, system, ['--root', machine.root, '--remove'])).code, 0);
      const kept = new Set(['bin', 'bin/uname', 'etc/systemd/system/timers.target.wants']);
      assert.deepEqual(
        machine.files().filter((name) => !kept.has(name)),
        found,
      );
    });
  }

  test('enables the timer for the next start', async () => {
    await using server = await startServer(answering(first));
    using machine = newMachine();
    await run(machine, 'Linux', installArguments(server, machine));

    const wanted = machine.path('etc/systemd/system/timers.target.wants/pinward.timer');
    assert.equal(readlinkSync(wanted), '/etc/systemd/system/pinward.timer');
  });

  test('leaves the timer also where the server is away, and says so by its exit', async () => {
    using machine = newMachine();
    const { code, err } = await run(machine, 'Linux', ['--root', machine.root, '--server', 'http://127.0.0.1:9']);

    assert.equal(code, 1);
    assert.match(err, /nothing is applied/);
    assert.match(machine.read(timers.Linux), /OnBootSec/);
  });

  test('writes nothing where it is called wrongly', async () => {
    using machine = newMachine();
    const { code } = await run(machine, 'Linux', ['--root', machine.root, '--sever', 'https://x']);

    assert.equal(code, 2);
    assert.deepEqual(machine.files(), ['bin', 'bin/uname']);
  });

  test('makes one script that does the same from anywhere', async () => {
    await using server = await startServer(answering(first));
    using machine = newMachine();
    using other = newMachine();
    const odd = [...installArguments(server, machine), '--token-command', "printf %s 'it'"];
    const bundle = bundled(odd.filter((word) => word !== '--token-stdin'));
    assert.equal(bundle.status, 0, bundle.stderr);
    write(other.path('pinward-install.sh'), bundle.stdout);
    const { code, err } = await run(machine, 'Linux', ['/mount/point', 'computer'], other.path('pinward-install.sh'));

    assert.equal(code, 0, err);
    assert.equal(server.asked[0]?.headers.authorization, 'Bearer it');
    assert.equal(machine.read('usr/local/bin/pinward'), read('infra/agents/posix/pinward.sh'));
    assert.match(machine.read(timers.Linux), /OnBootSec/);
  });

  test('is clean for shellcheck, and so is what it makes', { skip: isMissing('shellcheck') }, () => {
    assert.equal(spawnSync('shellcheck', ['-x', installer], { encoding: 'utf8' }).stdout, '');
    assert.equal(
      spawnSync('shellcheck', ['-'], { input: bundled(['--token-stdin']).stdout, encoding: 'utf8' }).stdout,
      '',
    );
  });
});

function settingsOn(system: 'Linux' | 'Darwin'): string {
  return system === 'Linux' ? fragment : 'Library/Application Support/ClaudeCode/managed-settings.d/50-pinward.json';
}

function installArguments(server: FaultyServer, machine: Machine): readonly string[] {
  return ['--root', machine.root, '--server', server.url, '--token-stdin'];
}

/** Runs install.sh, or another script, with a fake `uname -s`. */
async function run(machine: Machine, system: string, args: readonly string[], file = installer): Promise<Run> {
  write(machine.path('bin/uname'), `#!/bin/sh\n[ "$1" = -s ] && echo ${system} || exec /usr/bin/uname "$@"\n`, 0o755);
  const env = { PATH: `${machine.path('bin')}:${process.env['PATH']}`, HOME: machine.path('home') };
  return await finished(spawn('sh', [file, ...args], { env, cwd: machine.root }), `${token}\n`);
}

function bundled(args: readonly string[]): SpawnSyncReturns<string> {
  return spawnSync('sh', [installer, '--bundle', ...args], { encoding: 'utf8' });
}
