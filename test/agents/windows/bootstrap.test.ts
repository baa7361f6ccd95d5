// The one line that installs on Windows: by the grammar and the commands of Windows PowerShell 5.1, and run in PowerShell 7 below a
// root folder, from a service as `npm start` runs it.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fillInstallScript } from '../../../functions/api/agents/install-script.ts';
import { isMissing } from '../../support/needs.ts';
import { agents, read } from '../packaging/files.ts';
import { type Handing, startHanding } from '../packaging/one-line.ts';
import * as powershell from '../packaging/powershell.ts';
import { finished, type Machine, newMachine, type Run } from '../posix/machine.ts';
import { sha256, startServer } from '../posix/server.ts';

const text = read('infra/agents/windows/bootstrap.ps1');
const script = powershell.parseScript(text);
const fragment = 'Program Files/ClaudeCode/managed-settings.d/50-pinward.json';

/** The cmdlets that it may call, with the parameters that it may pass. Windows PowerShell 5.1 has all of them. */
const cmdlets: Readonly<Record<string, string>> = {
  'ForEach-Object': '',
  'Join-Path': '',
  'New-Object': '',
  'Read-Host': 'AsSecureString',
  'Remove-Item': 'LiteralPath Recurse Force',
  'Test-Path': 'LiteralPath',
  'Where-Object': '',
};

/** Variables that some PowerShell lets nobody set. */
const constants = 'iswindows islinux ismacos iscoreclr host home pid pshome true false error executioncontext'.split(
  ' ',
);

describe('install.ps1', () => {
  it('is PowerShell, in ASCII, with nothing that Windows PowerShell 5.1 lacks', () => {
    const own = powershell.proceduresIn(script).map(({ name }) => name);
    const strange = powershell
      .callsIn(script)
      .filter(({ name, parameters }) => {
        const known = cmdlets[name]?.split(' ');
        return !own.includes(name) && parameters.some((parameter) => known?.includes(parameter) !== true);
      })
      .map(({ name, line }) => `line ${line}: ${name}`);

    assert.deepEqual(powershell.errorsIn(script), []);
    assert.deepEqual(powershell.all(script, 'pipeline_chain_tail'), []);
    assert.match(text, /^[\n -~]*$/);
    assert.deepEqual(strange, []);
    assert.ok(own.length > 5);
  });

  it('ends no window, and sets no variable that some PowerShell lets nobody set; nor does the agent', () => {
    assert.doesNotMatch(text.replace(/^ *#.*$/gm, ''), /\bexit\b(?! code)/i);
    for (const node of [script, powershell.parsePowerShell(join(agents, 'windows/pinward.ps1'))])
      assert.deepEqual(
        powershell.assignedIn(node).filter((name) => constants.includes(name.replace('script:', ''))),
        [],
      );
  });

  it('is no whole script before its last brace', () => {
    const last = text.lastIndexOf('}');
    for (const cut of [last, last - 1, last - 3, text.lastIndexOf('} @args'), text.lastIndexOf('} @args') + 4, 3_000])
      assert.notDeepEqual(powershell.errorsIn(powershell.parseScript(text.slice(0, cut))), [], `${cut} of ${last}`);
  });
});

describe('irm | iex', { skip: isMissing('pwsh') || isMissing('openssl'), concurrency: 2 }, () => {
  let service: Handing;
  let block: string;

  before(async () => {
    service = await startHanding();
    block = `& ([scriptblock]::Create((irm ${service.url}/install.ps1)))`;
  });
  after(() => service[Symbol.asyncDispose]());

  for (const delivery of ['fragment', 'shell', 'helper'])
    it(`goes from an empty folder to pins for ${delivery}, signed by a pinned key, and back without a trace`, async () => {
      using machine = newMachine();
      const found = installed(machine);
      const options = `--root ${machine.root} --token-file ${service.tokenFile} --delivery ${delivery}`;
      const { code, out, err } = await run(machine, `${block} ${options}`);

      assert.equal(code, 0, err);
      assert.match(out, /^trusting key [0-9a-f]{16} of local/m);
      assert.match(out, /^revision 1 is applied: /m);
      if (delivery === 'fragment') assert.match(machine.read(fragment), /claude-opus/);
      const agent = `& '${machine.path('Program Files/Pinward/pinward.ps1')}' --root ${machine.root}`;
      assert.match((await run(machine, `${agent} status`)).out, /^signatures +required of local, last good one by/m);
      const update = `--root ${machine.root} --update --proxy ${service.url}`;
      assert.equal((await run(machine, `${block} ${update}`)).code, 0);
      assert.equal((await run(machine, `${agent} uninstall`)).code, 0);
      assert.deepEqual(installed(machine), found);
    });

  it('takes the token from standard input without any option, and leaves nothing of its own', async () => {
    using machine = newMachine();
    const env = { ProgramFiles: machine.path('Program Files'), TMPDIR: machine.path('') };
    const { code, err } = await run(machine, `irm ${service.url}/install.ps1 | iex`, `${service.token}\n`, env);

    assert.equal(code, 0, err);
    assert.match(machine.read(fragment), /claude-opus/);
    assert.equal(machine.read('Program Files/Pinward/token').trim(), service.token);
    assert.deepEqual(
      machine.files().filter((name) => /^Pinward-/.test(name)),
      [],
    );
  });

  it('installs the agent of a hash that came by another way, and no other', async () => {
    using machine = newMachine();
    const options = `--root ${machine.path('new')} --token-file ${service.tokenFile}`;
    const { code, err } = await run(machine, `${block} ${options} --sha256 ${'0'.repeat(64)}`);

    assert.equal(code, 1);
    assert.match(err, /has the SHA-256 [0-9a-f]{64}, not 0{64}/);
    assert.ok(!machine.files().includes('new'));
  });

  it('runs no agent whose bytes are not those of the script', async () => {
    using machine = newMachine();
    const agent = `[IO.File]::WriteAllText('${machine.path('ran')}', '')\n`;
    await using server = await startServer((_request, response) => response.end(`${agent}# and more\n`));
    const facts = { server: server.url, version: '0.1.0', sha256: sha256(agent), organisation: null, keys: [] };
    const line = `${fillInstallScript(text, facts)}`;
    const { code, err } = await run(machine, line, 'token\n', { ProgramFiles: machine.path('Program Files') });

    assert.equal(code, 1);
    assert.match(err, /the download has the SHA-256/);
    assert.equal(server.asked.length, 1);
    assert.ok(!machine.files().includes('ran'));
  });
});

/** All files but those that PowerShell itself keeps in a home. */
function installed(machine: Machine): readonly string[] {
  return machine.files().filter((name) => !/^home\b/.test(name));
}

async function run(machine: Machine, command: string, input = '', over: Record<string, string> = {}): Promise<Run> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: machine.path('home'), NO_COLOR: '1', ...over };
  return await finished(spawn('pwsh', ['-NoProfile', '-Command', command], { env, cwd: machine.root }), input);
}
