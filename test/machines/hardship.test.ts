/**
 * What happens to the agent on a bad day (killed, raced, out of disk) and in the wrong hands. One shell is enough for these:
 * `pinward.test.ts` runs the everyday cases in every shell.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { lutimes, readFile, symlink } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { finished, fragment, hasTool, leftovers, newMachine, script, state, token, until, write } from './machine.ts';
import { answering, envelope, first, holding, second, startServer } from './server.ts';

const isRoot = process.getuid?.() === 0;

describe('pinward on a bad day', { concurrency: 3 }, () => {
  it('says how it is used', async () => {
    using machine = newMachine();
    for (const args of [['--help'], ['help']]) assert.match((await machine.run(args)).out, /^usage: pinward/);
    assert.match((await machine.run(['--version'])).out, /^pinward \d+\.\d+\.\d+\n$/);
  });

  const mistakes: readonly (readonly [string[], RegExp])[] = [
    [[], /usage: pinward/],
    [['logon'], /unknown command logon/],
    [['login', '--fast'], /unknown option --fast/],
    [['login', 'status'], /not both login and status/],
    [['login', '--config'], /--config needs a value/],
    [['login', '--server', 'https://x'], /--server belongs to: pinward install/],
    [['install'], /names no server/],
    [['install', '--server', 'http://pinward.example'], /must be https/],
    [['install', '--server', 'http://localhost@evil.example'], /do not belong in an address/],
    [['install', '--server', 'http://localhost.evil.example'], /must be https/],
    [['install', '--server', 'file:///etc/passwd'], /must be https/],
    [['install', '--server', 'https://x', '--machine', 'a b'], /other characters than letters/],
    [['install', '--server', 'https://x', '--machine', 'm'.repeat(129)], /more than 128 characters/],
    [['install', '--server', 'https://x', '--delivery', 'pigeon'], /delivery is fragment, shell or helper/],
    [['install', '--server', 'https://x', '--token-file', '/nowhere'], /could not read the token/],
  ];
  for (const [args, message] of mistakes) {
    it(`refuses "pinward ${args.join(' ').slice(0, 60)}" and writes nothing`, async () => {
      using machine = newMachine();
      const { code, err } = await machine.run(args);
      assert.equal(code, 2);
      assert.match(err, message);
      assert.deepEqual(machine.files(), []);
    });
  }

  it('never shows its token to a process list', async () => {
    using machine = newMachine();
    const held = holding(first);
    await using server = await startServer(held.behaviour);
    machine.configure({ server: server.url });
    const login = machine.run(['login']);
    await until(held.isAsked);
    const commands = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(commandLine);
    assert.ok(commands.some((command) => command.includes(server.url)));
    assert.deepEqual(
      commands.filter((command) => command.includes(token)),
      [],
    );
    held.release();
    const { out, err } = await login;
    assert.ok(!`${out}${err}${machine.read(state)}`.includes(token));
  });

  it("takes its token from a command, and Claude Code's version from Claude Code", async () => {
    using machine = newMachine();
    await using server = await startServer(answering(first));
    machine.configure({ server: server.url, token_command: 'printf "%s\\n" from-command' });
    write(machine.path('bin/claude'), '#!/bin/sh\necho "2.1.400 (Claude Code)"\n', 0o755);
    const PATH = `${machine.path('bin')}:${process.env['PATH']}`;
    await machine.run(['login'], { env: { CLAUDE_CODE_VERSION: '', PATH } });
    assert.equal(server.asked[0]?.headers.authorization, 'Bearer from-command');
    assert.equal(server.asked[0]?.query.get('cli'), '2.1.400');
  });

  it('needs no more than curl and plain tools', async () => {
    using machine = newMachine();
    await using server = await startServer(answering(first));
    machine.configure({ server: server.url });
    const PATH = machine.path('bin');
    write(`${PATH}/.keep`, '');
    for (const tool of plainTools) symlinkSync(pathOf(tool), `${PATH}/${tool}`);
    const { code, err } = await machine.run(['login'], { shell: pathOf('dash'), env: { PATH } });
    assert.deepEqual([code, err], [0, '']);
    assert.equal(machine.read(fragment), first.body);
    server.behave(answering({ ...second, body: '{"env":{\n' }));
    const half = await machine.run(['login'], { shell: pathOf('dash'), env: { PATH } });
    assert.match(half.err, /not a whole/);
  });

  it('survives kill -9 at every step of a write', async () => {
    using machine = newMachine();
    await using server = await startServer(answering(first));
    machine.configure({ server: server.url });
    await machine.run(['login']);
    const PATH = `${machine.path('bin')}:${process.env['PATH']}`;
    for (const tool of ['cat', 'mv']) write(machine.path(`bin/${tool}`), killingTool(tool), 0o755);
    let revision = first.revision;
    let kills = 0;
    for (let step = 1; step < 100; step += 1) {
      revision += 1;
      const next = { revision, body: `{"revision":${revision}}\n` };
      const old = machine.read(fragment);
      server.behave(answering(next));
      write(machine.path('steps'), `${step}\n`);
      const killed = await machine.run(['login'], { env: { PATH, STEPS: machine.path('steps') } });
      assert.ok([old, next.body].includes(machine.read(fragment)), `step ${step}`);
      if (killed.code === 0) break;
      kills += 1;
      assert.equal((await machine.run(['login'])).code, 0, `step ${step}`);
      assert.equal(machine.read(fragment), next.body);
      assert.deepEqual(leftovers(machine), []);
    }
    assert.ok(kills > 6, `${kills} kills`);
  });

  it('does not fall back to an older revision after it was killed between two steps', async () => {
    using machine = newMachine();
    await using server = await startServer(answering(second));
    machine.configure({ server: server.url });
    const killing = `case $3 in *.json) kill -9 "$(readlink '${machine.path(lock)}')" ;; *) exec /bin/mv "$@" ;; esac`;
    write(machine.path('bin/mv'), `#!/bin/sh\n${killing}\n`, 0o755);
    const PATH = `${machine.path('bin')}:${process.env['PATH']}`;
    assert.equal((await machine.run(['login'], { env: { PATH } })).code, null);
    server.behave(answering(first));
    assert.match((await machine.run(['login'])).err, /older revision, 41 after 42/);
  });

  it('cleans up when it is told to stop', async () => {
    using machine = newMachine();
    const held = holding(first);
    await using server = await startServer(held.behaviour);
    machine.configure({ server: server.url });
    const login = machine.start(['login']);
    const run = finished(login);
    await until(held.isAsked);
    login.kill('SIGTERM');
    held.release();
    assert.notEqual((await run).code, 0);
    assert.deepEqual(leftovers(machine), []);
  });

  it('uses what is there when another agent holds the lock for long', async () => {
    using machine = newMachine();
    await using server = await startServer(answering(first));
    machine.configure({ server: server.url });
    await machine.run(['login']);
    await symlink(`${process.pid}`, machine.path(lock));
    assert.deepEqual([(await machine.run(['login'])).code, server.asked.length], [0, 1]);
  });

  it('breaks a lock that is older than any agent, though its pid lives on as something else', async () => {
    using machine = newMachine();
    await using server = await startServer(answering(first));
    machine.configure({ server: server.url });
    write(machine.path(`${lock}.note`), '');
    await symlink(`${process.pid}`, machine.path(lock));
    await lutimes(machine.path(lock), 0, 0);
    assert.equal((await machine.run(['login'])).code, 0);
  });

  it('never lets a reader see a part of the file', async () => {
    using machine = newMachine();
    let revision = 0;
    await using server = await startServer((request, response) => {
      revision += 1;
      answering({ revision, body: `{"${'x'.repeat(100_000)}":${revision}}\n` })(request, response);
    });
    machine.configure({ server: server.url });
    await machine.run(['login']);
    const logins = (async () => {
      for (let round = 0; round < 6; round += 1) await machine.run(['login']);
      return 'done';
    })();
    const seen = new Set<number>();
    do {
      const text = await readFile(machine.path(fragment), 'utf8');
      assert.ok(text.endsWith('}\n'));
      for (const value of Object.values(JSON.parse(text))) seen.add(Number(value));
    } while ((await Promise.race([logins, setImmediate()])) !== 'done');
    assert.ok(seen.size > 3);
  });

  for (const folder of ['var/lib/pinward', 'etc/claude-code/managed-settings.d']) {
    it(`loses nothing when the disk under ${folder} is full`, { skip: noMounts() }, async () => {
      using machine = newMachine();
      let revision = 0;
      await using server = await startServer((request, response) => {
        revision += 1;
        answering({ revision, body: `{"${'x'.repeat(revision * 1000)}":1}\n` })(request, response);
      });
      machine.configure({ server: server.url });
      write(machine.path(`${folder}/.keep`), '');
      const agent = `dash '${script}' --root '${machine.root}'`;
      const steps = `mount -t tmpfs -o size=64k none '${machine.path(folder)}' && ${agent} login && cat '${machine.path(fragment)}'
        dd if=/dev/zero of='${machine.path(folder)}/big' 2>/dev/null; ${agent} login; echo "exit $?"
        cat '${machine.path(fragment)}'; ${agent} status
        rm '${machine.path(folder)}/big'; ${agent} login && cat '${machine.path(fragment)}'`;
      const { out } = await finished(spawn('unshare', ['-m', 'sh', '-c', steps]));
      const bodies = [...out.matchAll(/\{"(x+)":1\}/g)].map(([, filling]) => filling?.length);
      assert.deepEqual(bodies, [1000, 1000, 3000]);
      assert.match(out, /exit 0/);
      assert.match(out, /last error .*(?:No space left on device|disk full)/);
    });
  }

  it('lives on what root fetched when a user may not read the token', {
    skip: isRoot ? false : 'needs root',
  }, async () => {
    using machine = newMachine();
    await using server = await startServer(answering(envelope));
    machine.configure({ server: server.url, delivery: 'helper' });
    await machine.run(['login']);
    chmodSync(machine.path('etc/pinward/token'), 0o600);
    chmodSync(machine.root, 0o755);
    const agent = ['dash', script, '--root', machine.root];
    const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups', ...agent];
    assert.equal(spawnSync('setpriv', [...nobody, 'helper']).stdout.toString(), envelope.body);
    const status = spawnSync('setpriv', [...nobody, 'status']);
    assert.deepEqual([status.status, /revision 41, as fetched/.test(status.stdout.toString())], [0, true]);
    assert.equal(server.asked.length, 1);
  });

  it('passes shellcheck', { skip: hasTool('shellcheck') ? false : 'shellcheck is not installed' }, () => {
    const { status, stdout } = spawnSync('shellcheck', [script]);
    assert.equal(status, 0, stdout.toString());
  });
});

const lock = 'var/lib/pinward/pins.settings.json.lock';
const plainTools = [
  'awk',
  'cat',
  'chmod',
  'cmp',
  'curl',
  'cut',
  'date',
  'dd',
  'find',
  'grep',
  'head',
  'id',
  'ln',
  'mkdir',
];
plainTools.push('mktemp', 'mv', 'readlink', 'rm', 'sed', 'sleep', 'tail', 'tr', 'uname', 'wc');

/** A tool that counts STEPS down to nothing and then, half done, kills the agent whose lock it finds. */
function killingTool(tool: string): string {
  return `#!/bin/sh
left=$(($(/bin/cat "$STEPS") - 1))
echo "$left" >"$STEPS"
[ "$left" -eq 0 ] || exec /bin/${tool} "$@"
[ ${tool} != cat ] || head -c 10
cd "$(dirname "$STEPS")" && kill -9 "$(readlink ${lock})"
`;
}

function pathOf(tool: string): string {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', tool]).stdout.toString().trim();
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // gone meanwhile
  }
}

function noMounts(): string | false {
  if (!isRoot) return 'needs root to mount a small disk';
  return spawnSync('unshare', ['-m', 'true']).status === 0 ? false : 'may not make a mount namespace';
}
