// Root runs nothing that users can write: from unit, cron line, launch daemon or by hand.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, chownSync, cpSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { finished, isRoot, type Machine, newMachine, type Run, script, token, write } from '../posix/machine.ts';
import { answering, first, startServer } from '../posix/server.ts';
import { agents, parsePlist, read } from './files.ts';

const installer = join(agents, 'posix/install.sh');
const tools = [
  'curl',
  'openssl',
  'claude',
  'id',
  'sed',
  'date',
  'find',
  'uname',
  'dirname',
  'sh',
  'systemctl',
  'gcloud',
];
const nobody = 65534;

describe('root', { skip: isRoot ? false : 'only root can try', concurrency: 3 }, () => {
  for (const [what, open] of Object.entries(waysToWrite())) {
    test(`runs by hand no program of a folder ${what}, be it first on PATH`, async () => {
      using machine = newMachine();
      await using server = await startServer(answering(first));
      const traps = newTraps(machine);
      open(traps.folder);
      const env = { PATH: `${traps.folder}:${process.env['PATH']}`, HOME: machine.path('home') };
      const key = ['--organisation', 'example', '--key', writeKey(machine)];
      const install = ['install', '--server', server.url, '--token-stdin'];
      for (const words of [
        [...install, ...key],
        install,
        ['login'],
        ['refresh'],
        ['status'],
        ['doctor'],
        ['helper'],
        ['uninstall'],
      ])
        await run(['/bin/sh', script, '--root', machine.root, ...words], env);
      await run(['/bin/sh', installer, '--root', machine.root, ...install.slice(1)], env);
      await run(['/bin/sh', installer, '--root', machine.root, '--remove'], env);

      assert.deepEqual(traps.calls(), []);
      assert.ok(server.asked.length >= 3);
    });
  }

  test('runs those of a folder that root alone may write, claude excepted', async () => {
    using machine = newMachine();
    await using server = await startServer(answering(first));
    machine.configure({ server: server.url });
    const traps = newTraps(machine);
    const env = { PATH: `${traps.folder}:${process.env['PATH']}`, HOME: machine.path('home') };
    await run(['/bin/sh', script, '--root', machine.root, 'login'], env);

    assert.ok(traps.calls().includes('curl'));
    assert.ok(!traps.calls().includes('claude'));
  });

  for (const [what, start] of Object.entries(whatStarts())) {
    test(`runs from ${what} no program of /opt/homebrew/bin and /usr/local/bin`, async () => {
      using machine = newMachine();
      await using server = await startServer(answering(first));
      machine.configure({ server: server.url });
      const traps = newTraps(machine);
      cpSync(script, join(traps.folder, 'pinward'));
      const { code, err } = await run(
        ['/usr/bin/unshare', '-m', '/bin/sh', '-ec', withTraps, 'sh', traps.folder, ...start(machine.root)],
        {},
      );

      assert.deepEqual([code, err], [0, '']);
      assert.deepEqual(traps.calls(), []);
      assert.equal(server.asked.length, 1);
    });
  }
});

/** How others come to write in a folder, and thereby to place programs there. */
function waysToWrite(): Readonly<Record<string, (folder: string) => void>> {
  return {
    'that all may write': (folder) => chmodSync(folder, 0o777),
    'that all may write, with a sticky bit': (folder) => chmodSync(folder, 0o1777),
    'of a user': (folder) => chownSync(folder, nobody, nobody),
    'of a group that may write': (folder) => {
      chownSync(folder, 0, nobody);
      chmodSync(folder, 0o775);
    },
    'of a group that may write, with a sticky bit': (folder) => {
      chownSync(folder, 0, nobody);
      chmodSync(folder, 0o1775);
    },
    'below a folder of a user': (folder) => chownSync(dirname(folder), nobody, nobody),
  };
}

/** Programs that note their names before they do what they should. */
function newTraps(machine: Machine): { readonly folder: string; calls(): readonly string[] } {
  const folder = machine.path('opt/tools/bin');
  const log = machine.path('calls');
  write(log, '');
  for (const tool of tools) {
    const trap = `#!/bin/sh\necho ${tool} >>'${log}'\n[ ! -x /usr/bin/${tool} ] || exec /usr/bin/${tool} "$@"\n`;
    write(join(folder, tool), trap, 0o755);
  }
  return { folder, calls: () => readFileSync(log, 'utf8').split('\n').filter(Boolean) };
}

/** Puts the traps, as folders that all may write, over those of Homebrew. In: the folder of the traps, then the command. */
const withTraps = `traps=$1; shift
mount -t tmpfs none /opt && mkdir -p /opt/homebrew/bin
for folder in /opt/homebrew/bin /usr/local/bin; do mount --bind "$traps" "$folder"; done
chmod 777 "$traps"
exec "$@"`;

/** The exact words, and PATH, by which the agent is started; with a root folder added. */
function whatStarts(): Readonly<Record<string, (root: string) => readonly string[]>> {
  const environment = (path: string, words: readonly string[], root: string) => [
    ...['/usr/bin/env', '-i', `PATH=${path}`, ...words, '--root', root],
  ];
  return {
    'the unit': (root) => {
      const unit = read('infra/agents/systemd/system/pinward.service');
      const value = (key: RegExp) => key.exec(unit)?.[1] ?? '';
      return environment(value(/^Environment=PATH=(.*)$/m), value(/^ExecStart=(.*) --stay$/m).split(' '), root);
    },
    'the cron line': (root) => {
      const command = /^\*\/5 \* \* \* \* root (.*)$/m.exec(read('infra/agents/README.md'))?.[1];
      return environment('/usr/local/bin:/usr/bin:/bin', ['/bin/sh', '-c', `${command} "$@"`, 'sh'], root);
    },
    'the launch daemon': (root) => {
      const { ProgramArguments, EnvironmentVariables } = parsePlist('infra/agents/launchd/pinward.daemon.plist');
      const { PATH } = Object(EnvironmentVariables);
      return environment(String(PATH), String(ProgramArguments).split(',').slice(0, 2), root);
    },
  };
}

function writeKey(machine: Machine): string {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  write(machine.path('key.pem'), String(publicKey.export({ type: 'spki', format: 'pem' })));
  return machine.path('key.pem');
}

async function run([program = '', ...args]: readonly string[], env: Record<string, string>): Promise<Run> {
  return await finished(spawn(program, args, { env, cwd: '/' }), `${token}\n`);
}
