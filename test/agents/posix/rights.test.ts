/** What login puts right so that Claude Code of every user reads the pins, and nobody else writes them. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, chownSync, lstatSync, mkdirSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { describe, it } from 'node:test';
import { finished, fragment, isRoot, type Machine, newMachine, script, token, write } from './machine.ts';
import { answering, envelope, first, refusing, startServer } from './server.ts';

const settings = 'etc/claude-code/managed-settings.d';
const helper = 'usr/local/bin/pinward-helper';

const wrongs: Readonly<Record<string, (machine: Machine) => void>> = {
  'a file that only root reads': (machine) => chmodSync(machine.path(fragment), 0o600),
  'a file that everybody writes': (machine) => chmodSync(machine.path(fragment), 0o666),
  'a file that a group writes': (machine) => chmodSync(machine.path(fragment), 0o664),
  'a link to a file with the same content': (machine) => {
    renameSync(machine.path(fragment), machine.path('elsewhere.json'));
    symlinkSync(machine.path('elsewhere.json'), machine.path(fragment));
  },
};

describe('pinward puts right', { concurrency: 4 }, () => {
  for (const [name, wrong] of Object.entries(wrongs)) {
    it(`${name}, also while the server is away`, async () => {
      using machine = newMachine();
      await using server = await startServer(answering(first));
      machine.configure({ server: server.url });
      await machine.run(['login']);
      for (const behaviour of [answering(first), refusing(503, {})]) {
        wrong(machine);
        server.behave(behaviour);
        assert.equal((await machine.run(['login'])).code, 0);
        const found = lstatSync(machine.path(fragment));
        assert.deepEqual([found.isFile(), found.mode & 0o777, machine.read(fragment)], [true, 0o644, first.body]);
      }
    });
  }

  it("another user's file, and a folder that only root reads", { skip: isRoot ? false : 'needs root' }, async () => {
    using machine = newMachine();
    await using server = await startServer(answering(first));
    machine.configure({ server: server.url });
    await machine.run(['login']);
    chownSync(machine.path(fragment), 65534, 65534);
    chmodSync(machine.path(settings), 0o700);
    assert.match((await machine.run(['login'])).out, /revision 41 is applied/);
    assert.deepEqual([statSync(machine.path(fragment)).uid, statSync(machine.path(settings)).mode & 0o777], [0, 0o755]);
  });

  it('what makes Claude Code run the helper, once it was installed', async () => {
    using machine = newMachine();
    await using server = await startServer(answering(envelope));
    await installHelper(machine, server.url);
    const [program, named] = [machine.read(helper), machine.read(fragment)];
    for (const behaviour of [answering(envelope), refusing(503, {})]) {
      for (const file of [helper, fragment]) rmSync(machine.path(file));
      chmodSync(machine.path(settings), 0o700);
      assert.equal((await machine.run(['status'])).code, 1);
      server.behave(behaviour);
      assert.equal((await machine.run(['login'])).code, 0);
      assert.deepEqual([machine.read(helper), machine.read(fragment)], [program, named]);
      for (const path of isRoot ? [helper, settings] : [helper]) {
        assert.equal(statSync(machine.path(path)).mode & 0o777, 0o755, path);
      }
    }
  });

  it('and says so when it can not, and that nothing is applied', async () => {
    using machine = newMachine();
    await using server = await startServer(answering(envelope));
    await installHelper(machine, server.url);
    rmSync(machine.path('usr/local/bin'), { recursive: true });
    write(machine.path('usr/local/bin'), 'in the way');
    const { code, out, err } = await machine.run(['login']);
    assert.deepEqual([code, out], [1, '']);
    assert.match(err, /could not write in .*usr\/local\/bin: .+\n.*nothing is applied$/m);
  });

  it('but breaks no start of a user who may not do that', { skip: isRoot ? false : 'needs root' }, async () => {
    using machine = newMachine();
    await using server = await startServer(answering(envelope));
    await installHelper(machine, server.url);
    for (const file of [helper, fragment]) rmSync(machine.path(file));
    mkdirSync(machine.path('home'));
    chmodSync(machine.root, 0o755);
    chmodSync(machine.path('etc/pinward/token'), 0o644);
    chownSync(machine.path('home'), 65534, 65534);
    const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups', 'env', 'HOME=/home', 'dash', script];
    const run = async (command: string) =>
      await finished(spawn('setpriv', [...nobody, '--root', machine.root, command]));
    const login = await run('login');
    assert.match(login.err, /could not write in .*usr\/local\/bin: Permission denied\n.*nothing is applied$/m);
    assert.deepEqual([login.code, login.out], [1, '']);
    assert.deepEqual(await run('helper'), { code: 0, out: envelope.body, err: '' });
  });
});

async function installHelper(machine: Machine, server: string): Promise<void> {
  const args = ['install', '--server', server, '--delivery', 'helper', '--machine', 'm-1', '--token-stdin'];
  assert.equal((await machine.run(args, { input: `${token}\n` })).code, 0);
}
