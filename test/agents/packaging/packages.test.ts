// The packages of a release: what is in them, and a machine from installing one to an applied pin and away again.

import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { strFromU8, unzipSync } from 'fflate';
import { writePackages } from '../../../infra/agents/packages/packages.ts';
import { isMissing } from '../../support/needs.ts';
import { finished, fragment, isRoot, newMachine, token, write } from '../posix/machine.ts';
import { answering, first, startServer } from '../posix/server.ts';
import { runInCopiedRoot } from './copied-root.ts';
import { read, root } from './files.ts';
import { callsIn, errorsIn, parseScript } from './powershell.ts';

const names = [
  'pinward-7.8.9-1.noarch.rpm',
  'pinward-agent-7.8.9.tar.gz',
  'pinward-intune-7.8.9.zip',
  'pinward.rb',
  'pinward_7.8.9_all.deb',
];

const managers = {
  deb: {
    needs: 'dpkg-deb',
    install: 'dpkg --no-triggers -i /mnt/*.deb',
    remove: 'dpkg -r pinward',
    purge: 'dpkg -P pinward',
    left: [],
  },
  rpm: {
    needs: 'rpmbuild',
    install: 'rpm --dbpath /var/lib/rpm -U --replacepkgs --nodeps /mnt/*.rpm', // curl is here, but rpm does not know
    remove: 'rpm --dbpath /var/lib/rpm -e pinward',
    purge: 'true', // rpm leaves what an administrator wrote
    left: ['/etc/pinward', '/etc/pinward/agent.conf.rpmsave', '/etc/pinward/token'],
  },
} as const;

describe('the packages of a release', () => {
  let repository: string;
  let folder: string;

  before(() => {
    repository = mkdtempSync(join(tmpdir(), 'pinward-packages-'));
    for (const name of ['infra/agents', 'LICENSE'])
      cpSync(join(root, name), join(repository, name), { recursive: true });
    for (const words of [
      ['init', '--quiet'],
      ['add', '-A'],
      ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', 'commit', '--quiet', '-m', 'x'],
    ])
      execFileSync('git', words, { cwd: repository });
    folder = join(repository, 'made');
    mkdirSync(folder);
    writePackages(folder, packed());
  });
  after(() => rmSync(repository, { recursive: true }));

  test('are the same bytes each time', { skip: isMissing('dpkg-deb') || isMissing('rpmbuild') }, () => {
    const other = join(repository, 'other');
    mkdirSync(other);
    const [mask, zone] = [process.umask(0o077), process.env['TZ']];
    process.env['TZ'] = 'Asia/Tokyo';
    try {
      assert.deepEqual(writePackages(other, packed()), []);
    } finally {
      process.umask(mask);
      if (zone === undefined) delete process.env['TZ'];
      else process.env['TZ'] = zone;
    }

    assert.deepEqual(readdirSync(folder).toSorted(), names);
    for (const name of names) assert.deepEqual(readFileSync(join(other, name)), readFileSync(join(folder, name)), name);
  });

  test('are left out in one line each where the tools are missing', () => {
    const path = process.env['PATH'];
    const tools = join(repository, 'tools');
    mkdirSync(tools);
    for (const name of ['git', 'sh'])
      execFileSync('ln', [
        '-s',
        execFileSync('sh', ['-c', `command -v ${name}`])
          .toString()
          .trim(),
        tools,
      ]);
    process.env['PATH'] = tools;
    try {
      assert.deepEqual(writePackages(folder, packed()), [
        'Skipped the .deb, because there is no dpkg-deb (Debian: apt-get install dpkg)',
        'Skipped the .rpm, because there is no rpmbuild (Debian: apt-get install rpm)',
      ]);
    } finally {
      process.env['PATH'] = path;
    }
  });

  for (const [kind, { needs, install, remove, purge, left }] of Object.entries(managers))
    test(`the .${kind} brings a machine to an applied pin, keeps it through an update, and takes it away`, {
      skip: isMissing(needs) || (isRoot ? false : 'only root can mount'),
    }, async () => {
      await using server = await startServer(answering(first));
      const script = `
        ${install} >&2
        pinward --version && ! systemctl is-enabled pinward.timer && [ ! -e /${fragment} ]
        printf 'server = %s\\ntoken_file = /etc/pinward/token\\n' '${server.url}' >>/etc/pinward/agent.conf
        (umask 077 && printf %s '${token}' >/etc/pinward/token)
        systemctl enable pinward.timer 2>/dev/null && systemctl is-enabled pinward.timer
        $(sed -n 's/^ExecStart=//p' /usr/lib/systemd/system/pinward.service)
        ${install} >&2
        cat /${fragment}
        pinward status
        ${remove} >&2
        [ ! -e /${fragment} ] && [ -f /etc/pinward/token ] && echo removed
        ${purge} >&2`;
      const run = await runInCopiedRoot({ script, given: folder });

      assert.equal(run.code, 0, run.err);
      assert.deepEqual(run.left, left);
      assert.deepEqual(run.out.split('\n').slice(0, 4), [
        `pinward ${agentVersion()}`,
        'disabled',
        'enabled',
        first.body.trim(),
      ]);
      assert.match(run.out, /^applied +revision 41, as fetched/m);
      assert.equal(server.asked[0]?.headers.authorization, `Bearer ${token}`);
    });

  test('the Homebrew formula is Ruby, and takes the archive that is there', { skip: isMissing('ruby') }, () => {
    const formula = readFileSync(join(folder, 'pinward.rb'), 'utf8');
    const archive = spawnSync('sha256sum', [join(folder, 'pinward-agent-7.8.9.tar.gz')], { encoding: 'utf8' }).stdout;

    assert.equal(spawnSync('ruby', ['-c'], { input: formula, encoding: 'utf8' }).stdout, 'Syntax OK\n');
    assert.ok(formula.includes('url "https://example.com/releases/pinward-agent-7.8.9.tar.gz"'));
    assert.ok(formula.includes(`sha256 "${archive.slice(0, 64)}"`));
    assert.doesNotMatch(formula, /@[A-Z]/);
  });

  test('the scripts for Intune are PowerShell that 5.1 has, and find the agent that they install', () => {
    const files = unzipSync(readFileSync(join(folder, 'pinward-intune-7.8.9.zip')));
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
    const files = unzipSync(readFileSync(join(folder, 'pinward-intune-7.8.9.zip')));
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

  function packed() {
    const addresses = { url: 'https://example.com/releases', repository: 'https://github.com/example/pinward' };
    return { root: repository, version: '7.8.9', ...addresses };
  }
});

function agentVersion(): string {
  return /^version=(.*)$/m.exec(read('infra/agents/posix/pinward.sh'))?.[1] ?? '';
}
