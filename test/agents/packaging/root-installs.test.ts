// Root installs nothing into, and nothing from, what somebody else may write, and reads no configuration there.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chownSync, cpSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, test } from 'node:test';
import { finished, isRoot, newMachine, type Run, script, token } from '../posix/machine.ts';
import { answering, first, startServer } from '../posix/server.ts';

const nobody = 65534;

describe('root', { skip: isRoot ? false : 'only root can try', concurrency: 3 }, () => {
  for (const folder of [
    'usr/local/bin',
    'etc/pinward',
    'etc',
    'var/lib/pinward',
    'etc/claude-code/managed-settings.d',
  ]) {
    test(`installs nothing where somebody else may write ${folder}, and says so`, async () => {
      using machine = newMachine();
      mkdirSync(machine.path(folder), { recursive: true });
      chownSync(machine.path(folder), nobody, nobody);
      const found = machine.files();
      const { code, err } = await machine.run(['install', '--server', 'http://127.0.0.1:9']);

      assert.equal(code, 2);
      assert.match(
        err,
        new RegExp(`somebody else than root may write ${machine.path(folder)}, .*chown root .*${folder} `),
      );
      assert.deepEqual(machine.files(), found);
    });
  }

  test('installs nothing from a folder that somebody else may write, unless that is who runs sudo', async () => {
    using machine = newMachine();
    using target = newMachine();
    const copy = machine.path('download/pinward.sh');
    mkdirSync(dirname(copy));
    cpSync(script, copy);
    chownSync(dirname(copy), nobody, nobody);
    const install = ['/bin/sh', copy, '--root', target.root, 'install', '--server', 'http://127.0.0.1:9'];
    const env = { PATH: process.env['PATH'] ?? '', HOME: target.path('home') };

    assert.match((await run(install, env)).err, /somebody else than root may write .*download; copy the agent/);
    assert.deepEqual(target.files(), []);
    assert.match((await run(install, { ...env, SUDO_UID: String(nobody) })).err, /nothing is applied/);
  });

  test('reads no configuration that somebody else may write, nor runs its token_command', async () => {
    using machine = newMachine();
    await using server = await startServer(answering(first));
    machine.configure({ server: server.url, token_command: `touch ${machine.path('ran')}` });
    chownSync(machine.path('etc/pinward/agent.conf'), nobody, nobody);
    const { code, err } = await machine.run(['login']);
    await machine.run(['doctor']);

    assert.equal(code, 2);
    assert.match(err, /somebody else than root may write .*agent\.conf, so root does not read/);
    assert.ok(!machine.files().includes('ran'));
  });
});

async function run([program = '', ...args]: readonly string[], env: Record<string, string>): Promise<Run> {
  return await finished(spawn(program, args, { env, cwd: '/' }), `${token}\n`);
}
