/** The agent on its machine: the tools and users that it needs, and process lists, which never show the token. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fragment, hasTool, isRoot, newMachine, pathOf, script, state, token, until, write } from './machine.ts';
import { answering, envelope, first, holding, second, startServer } from './server.ts';

describe('pinward on its machine', { concurrency: 4 }, () => {
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

  it('takes its token from a command', async () => {
    using machine = newMachine();
    await using server = await startServer(answering(first));
    machine.configure({ server: server.url, token_command: 'printf "%s\\n" from-command' });
    await machine.run(['login']);
    assert.equal(server.asked[0]?.headers.authorization, 'Bearer from-command');
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

const plainTools = [
  'awk',
  'cat',
  'chmod',
  'cmp',
  'curl',
  'cut',
  'date',
  'env',
  'dd',
  'find',
  'grep',
  'head',
  'id',
  'ln',
  'mkdir',
];
plainTools.push('mktemp', 'mv', 'readlink', 'rm', 'sed', 'sleep', 'tail', 'touch', 'tr', 'uname', 'wc');

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // the process has ended
  }
}
