/** Which Claude Code a machine runs: read from where installers put it, without running any of it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { it } from 'node:test';
import { inEveryShell, type Machine, newMachine, write } from './machine.ts';
import { answering, first, startServer } from './server.ts';

/** Where installers put Claude Code: a path and what makes it version 2.1.137. */
const installers: Readonly<Record<string, (machine: Machine) => void>> = {
  'the native installer': (machine) => native(machine, 'home/ada', '2.1.137'),
  'the native installer, with its link gone': (machine) =>
    write(machine.path('home/ada/.local/share/claude/versions/2.1.137'), trap(machine), 0o755),
  'npm, in a home': (machine) => npm(machine, 'home/ada/.npm-global/lib'),
  'npm, below a Node of nvm': (machine) => npm(machine, 'home/ada/.nvm/versions/node/v24.1.0/lib'),
  'npm, on the machine': (machine) => npm(machine, 'usr/lib'),
  'npm, with a link into a folder of its own': (machine) => {
    npm(machine, 'home/ada/odd/lib');
    link(machine, 'home/ada/.local/bin/claude', '../../odd/lib/node_modules/@anthropic-ai/claude-code/cli.js');
  },
  'Homebrew on Apple silicon': (machine) =>
    write(machine.path('opt/homebrew/Caskroom/claude-code/2.1.137/claude'), trap(machine), 0o755),
  'Homebrew on Intel': (machine) =>
    write(machine.path('usr/local/Caskroom/claude-code/2.1.137/claude'), trap(machine), 0o755),
  'the native installer on a Mac': (machine) => native(machine, 'Users/ada lovelace', '2.1.137'),
  'the native installer, in a home that only passwd knows': (machine) => {
    write(machine.path('etc/passwd'), 'root:x:0:0::/root:/bin/sh\nada:x:1000:1000:Ada:/srv/homes/ada:/bin/sh\n');
    native(machine, 'srv/homes/ada', '2.1.137');
  },
};
/** Says that it ran, also when what it prints is not used. */
const trap = (machine: Machine) => `#!/bin/sh
touch '${machine.path('ran')}'
echo "2.1.0 (Claude Code)"
`;

inEveryShell(
  'the version of Claude Code',
  (shell) => {
    it('is that of the oldest one in any home, for the agent of root', async () => {
      using machine = newMachine(shell);
      native(machine, 'home/ada', '2.1.137');
      native(machine, 'home/bob', '2.1.331');
      native(machine, 'root', '2.1.1000');
      const { cli, status } = await loggedIn(machine);
      assert.equal(cli, '2.1.137');
      assert.match(status, /^claude code +2\.1\.137: .*\/home\/ada\/\.local\/bin\/claude, the oldest of 3$/m);
      assert.ok(!machine.files().includes('ran'));
    });
  },
  () => {
    for (const [what, install] of Object.entries(installers)) {
      it(`is read where ${what} put it`, async () => {
        using machine = newMachine();
        native(machine, 'home/newest', '2.1.331');
        install(machine);
        assert.equal((await loggedIn(machine)).cli, '2.1.137');
        assert.ok(!machine.files().includes('ran'));
      });
    }

    it('is that of the link, not that of an older one which the installer keeps', async () => {
      using machine = newMachine();
      write(machine.path('home/ada/.local/share/claude/versions/2.1.100'), trap(machine), 0o755);
      native(machine, 'home/ada', '2.1.331');
      assert.equal((await loggedIn(machine)).cli, '2.1.331');
    });

    it('is none where nothing is installed, and that is said', async () => {
      using machine = newMachine();
      const { cli, status } = await loggedIn(machine);
      assert.equal(cli, null);
      assert.match(status, /^claude code +none was found$/m);
    });

    it('is not what a user makes up: no pipe, no file without end, no words for the address or the terminal', async () => {
      using machine = newMachine();
      const file = (home: string) =>
        machine.path(`${home}/.npm-global/lib/node_modules/@anthropic-ai/claude-code/package.json`);
      for (const home of ['home/pipe', 'home/endless']) mkdirSync(dirname(file(home)), { recursive: true });
      spawnSync('mkfifo', [file('home/pipe')]);
      symlinkSync('/dev/zero', file('home/endless'));
      write(file('home/words'), '{"version":"2.1.1&machine=other"}');
      write(file('home/huge'), `{"x":"${'9'.repeat(70_000)}","version":"1.0.0"}`);
      link(machine, 'home/loop/.local/bin/claude', 'claude');
      link(machine, 'home/odd/.local/bin/claude', '/x/claude/versions/2.1.0\u001b[31m&a=b');
      const { cli, status } = await loggedIn(machine);
      assert.equal(cli, '2.1.0');
      assert.ok(!status.includes('\u001b'));
      assert.deepEqual(asked, ['cli', 'machine']);
    });

    it('is that of the program on the path of a user: read where its place tells it, else asked', async () => {
      using machine = newMachine();
      const PATH = `${machine.path('bin')}:${process.env['PATH']}`;
      write(machine.path('bin/id'), '#!/bin/sh\necho 1000\n', 0o755);
      write(machine.path('bin/claude'), '#!/bin/sh\necho "2.1.400 (Claude Code)"\n', 0o755);
      assert.equal((await loggedIn(machine, PATH)).cli, '2.1.400');
      rmSync(machine.path('bin/claude'));
      const program = 'home/ada/.local/share/claude/versions/2.1.137';
      write(machine.path(program), trap(machine), 0o755);
      link(machine, 'bin/claude', machine.path(program));
      assert.equal((await loggedIn(machine, PATH)).cli, '2.1.137');
      assert.ok(!machine.files().includes('ran'));
    });
  },
);

let asked: readonly string[] = [];

async function loggedIn(machine: Machine, PATH = process.env['PATH'] ?? '') {
  await using server = await startServer(answering(first));
  machine.configure({ server: server.url });
  const env = { CLAUDE_CODE_VERSION: '', PATH };
  const { code, err } = await machine.run(['login'], { env });
  assert.deepEqual([code, err], [0, '']);
  const status = (await machine.run(['status'], { env })).out;
  asked = [...(server.asked[0]?.query.keys() ?? [])].sort();
  return { cli: server.asked[0]?.query.get('cli') ?? null, status };
}

function native(machine: Machine, home: string, version: string): void {
  write(machine.path(`${home}/.local/share/claude/versions/${version}`), trap(machine), 0o755);
  link(machine, `${home}/.local/bin/claude`, `/${home}/.local/share/claude/versions/${version}`);
}

function npm(machine: Machine, library: string): void {
  const folder = `${library}/node_modules/@anthropic-ai/claude-code`;
  write(machine.path(`${folder}/cli.js`), trap(machine), 0o755);
  write(
    machine.path(`${folder}/package.json`),
    '{\n  "name": "@anthropic-ai/claude-code",\n  "version": "2.1.137",\n  "bin": {}\n}\n',
  );
}

function link(machine: Machine, path: string, target: string): void {
  mkdirSync(dirname(machine.path(path)), { recursive: true });
  symlinkSync(target, machine.path(path));
}
