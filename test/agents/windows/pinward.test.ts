/** pinward.ps1 in PowerShell 7: install to uninstall below a root folder, and which Claude Code it names, without running any. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { isMissing } from '../../support/needs.ts';
import { agents } from '../packaging/files.ts';
import { finished, type Machine, newMachine, type Run, token, write } from '../posix/machine.ts';
import { answering, envelope, exports, first, startServer } from '../posix/server.ts';

const script = join(agents, 'windows/pinward.ps1');
const asShell = { ...exports, headers: { 'Content-Type': 'text/x-powershell' } };
const starts = [
  ['fragment', first, 'refresh'],
  ['shell', asShell, 'env'],
  ['helper', envelope, 'helper'],
] as const;
const fragment = 'Program Files/ClaudeCode/managed-settings.d/50-pinward.json';

describe('pinward.ps1', { skip: isMissing('pwsh') }, () => {
  for (const delivery of ['fragment', 'shell', 'helper']) {
    it(`installs for ${delivery} and uninstalls without a trace`, async () => {
      using machine = newMachine();
      await using server = await startServer((request, response) => {
        const path = request.url ?? '';
        answering(path.includes('.ps1') ? asShell : path.includes('.helper') ? envelope : first)(request, response);
      });
      write(machine.path('Program Files/ClaudeCode/managed-settings.d/10-other.json'), '{}\n');
      const found = installed(machine);
      const install = await run(machine, ['install', '--server', server.url, '--delivery', delivery, '--token-stdin']);

      assert.deepEqual([install.code, install.err], [0, '']);
      assert.equal(server.asked[0]?.headers.authorization, `Bearer ${token}`);
      assert.match((await run(machine, ['status'])).out, /^applied +revision 41, as fetched/m);
      if (delivery === 'fragment') {
        assert.equal(machine.read(fragment), first.body);
        assert.match((await run(machine, ['status'])).out, /^opus +claude-opus-4-7 in /m);
      }
      if (delivery === 'shell') assert.equal((await run(machine, ['env'])).out.trim(), exports.body.trim());
      if (delivery === 'helper') assert.equal((await run(machine, ['helper'])).out, envelope.body);
      assert.equal((await run(machine, ['uninstall'])).code, 0);
      assert.deepEqual(installed(machine), found);
    });
  }

  for (const [delivery, answer, command] of starts) {
    it(`loads no module for login and ${command}, which would make each start slower`, async () => {
      using machine = newMachine();
      await using server = await startServer(answering(answer));
      await run(machine, ['install', '--server', server.url, '--delivery', delivery, '--token-stdin']);
      const agent = `& '${script}' --root '${machine.root}'`;
      const line = `${agent} login; ${agent} ${command}; "modules:$(Get-Module)."`;

      const { out } = await finished(spawn('pwsh', ['-NoProfile', '-Command', line], { env: envOf(machine) }));
      assert.match(out, /^revision 41 is applied.*modules:\.$/ms);
    });
  }

  it('names the oldest Claude Code of all profiles, and runs none', async () => {
    using machine = newMachine();
    await using server = await startServer(answering(first));
    const trap = `#!/bin/sh\ntouch '${machine.path('ran')}'\necho 2.1.0\n`;
    write(machine.path('bin/claude'), trap, 0o755);
    write(machine.path('Users/ada/.local/share/claude/versions/2.1.331'), trap, 0o755);
    write(machine.path('Users/ada/.local/share/claude/versions/2.1.100'), trap, 0o755);
    const folder = 'Users/bob/AppData/Roaming/npm/node_modules/@anthropic-ai/claude-code';
    write(machine.path(`${folder}/package.json`), '{"name": "@anthropic-ai/claude-code", "version": "2.1.137"}');
    await run(machine, ['install', '--server', server.url, '--token-stdin']);

    assert.equal(server.asked[0]?.query.get('cli'), '2.1.137');
    assert.match((await run(machine, ['status'])).out, /^claude code +2\.1\.137: .*bob.*package\.json$/m);
    assert.ok(!machine.files().includes('ran'));
  });

  it('tells of a newer agent of its server, with the line that gets it by its proxy', async () => {
    using machine = newMachine();
    await using server = await startServer(answering({ ...first, headers: { 'Pinward-Agent': '99.0.0' } }));
    await run(machine, ['install', '--server', server.url, '--proxy', server.url, '--token-stdin']);

    const line = `& ([scriptblock]::Create((irm ${server.url}/install.ps1 -Proxy '${server.url}'))) --update`;
    const { out } = await run(machine, ['status']);
    assert.ok(out.includes(`; the server has 99.0.0: ${line} --proxy '${server.url}'`), out);
  });
});

/** All files but those that PowerShell itself keeps in a home. */
function installed(machine: Machine): readonly string[] {
  return machine.files().filter((name) => !/^home\b/.test(name));
}

async function run(machine: Machine, words: readonly string[]): Promise<Run> {
  const args = ['-NoProfile', '-File', script, '--root', machine.root, ...words];
  return await finished(spawn('pwsh', args, { env: envOf(machine), cwd: machine.root }), `${token}\n`);
}

function envOf(machine: Machine) {
  return { PATH: `${machine.path('bin')}:${process.env['PATH']}`, HOME: machine.path('home') };
}
