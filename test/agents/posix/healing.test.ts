/** What once went wrong on a machine ends at the next contact with the server, and somebody is told. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { lutimes } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { fragment, inEveryShell, isRoot, leftovers, lock, newMachine, script, state, until, write } from './machine.ts';
import { answering, envelope, exports, first, refusing, second, startServer } from './server.ts';

const absurd = ['9999999999999', '2147483647', '99999999999999999999', '1000041000042', '-1', '4e1', '0x29'];
const wrongLocks: Readonly<Record<string, (path: string) => void>> = {
  'an empty file': (path) => write(path, ''),
  'a file with a pid': (path) => write(path, `${process.pid}`),
  'a folder': (path) => mkdirSync(path),
  'a folder with files': (path) => write(`${path}/x`, 'x'),
  'a link to nowhere': (path) => symlinkSync('nowhere', path),
  'a link to a file': (path) => symlinkSync('/etc/passwd', path),
  'a link to the pid of every process': (path) => symlinkSync('-1', path),
  'a link to the pid of its own group': (path) => symlinkSync('0', path),
};

inEveryShell(
  'pinward heals',
  (shell) => {
    for (const [name, make] of Object.entries(wrongLocks)) {
      it(`a lock that is ${name}`, async () => {
        using machine = newMachine(shell);
        await using server = await startServer(answering(first));
        machine.configure({ server: server.url });
        await machine.run(['login']);
        server.behave(answering(second));
        make(machine.path(lock));
        const { code, out, err } = await machine.run(['login']);
        assert.deepEqual([code, err], [0, '']);
        assert.match(out, /revision 42 is applied/);
        assert.equal(machine.read(fragment), second.body);
        assert.deepEqual(leftovers(machine), []);
      });
    }

    it('a lock from a time when the clock was fast, though its pid lives on as something else', async () => {
      using machine = newMachine(shell);
      await using server = await startServer(answering(first));
      machine.configure({ server: server.url });
      write(machine.path(`${lock}.note`), '');
      symlinkSync(`${process.pid}`, machine.path(lock));
      const ahead = Date.now() / 1000 + 6 * 3600;
      await lutimes(machine.path(lock), ahead, ahead);
      assert.equal((await machine.run(['login'])).code, 0);
      assert.equal(server.asked.length, 1);
    });
  },
  () => {
    for (const revision of absurd) {
      it(`the absurd revision ${revision} of an answer: it is refused, and the next right one is taken`, async () => {
        using machine = newMachine();
        await using server = await startServer(answering({ ...first, headers: { 'Pinward-Revision': revision } }));
        machine.configure({ server: server.url });
        const { code, err } = await machine.run(['login']);
        assert.equal(code, 1);
        assert.match(err, /revision/i);
        server.behave(answering(first));
        assert.match((await machine.run(['login'])).out, /revision 41 is applied/);
      });
    }

    it('an absurd revision that its state holds, and says so', async () => {
      using machine = newMachine();
      await using server = await startServer(answering(first));
      machine.configure({ server: server.url });
      await machine.run(['login']);
      write(machine.path(state), machine.read(state).replaceAll(/^(floor|revision)=.*/gm, '$1=9999999999999'));
      server.behave(answering(second));
      const { code, out, err } = await machine.run(['login']);
      assert.equal(code, 0);
      assert.match(out, /revision 42 is applied/);
      assert.match(err, /9999999999999/);
    });

    it('a wait that a fast clock set: a poll that is hours away is due', async () => {
      using machine = newMachine();
      await using server = await startServer(answering(first));
      machine.configure({ server: server.url });
      await machine.run(['login']);
      const ahead = `${Math.floor(Date.now() / 1000) + 6 * 3600}`;
      write(machine.path(state), machine.read(state).replaceAll(/^(next_at|moving_until)=.*/gm, `$1=${ahead}`));
      await machine.run(['refresh', '--stay']);
      assert.equal(server.asked.length, 2);
    });

    it('a report that nobody took, at the next poll, and sends it no more once it was taken', async () => {
      using machine = newMachine();
      await using server = await startServer(answering(first));
      server.answerReports(refusing(503, {}));
      machine.configure({ server: server.url });
      for (let sent = 1; sent <= 2; sent += 1) {
        await machine.run(['login']);
        await until(() => server.reports.length === sent);
      }
      server.answerReports(refusing(202, {}));
      await machine.run(['login']);
      await until(() => machine.files().some((name) => name.endsWith('.reported')));
      await machine.run(['login']);
      assert.equal(server.reports.length, 3);
    });

    for (const { delivery, command, answer } of [
      { delivery: 'shell', command: 'env', answer: exports },
      { delivery: 'helper', command: 'helper', answer: envelope },
    ]) {
      it(`an altered copy: ${command} fetches it again, and without a server does not hand it out`, async () => {
        using machine = newMachine();
        await using server = await startServer(answering(answer));
        machine.configure({ server: server.url, delivery });
        await machine.run(['login']);
        const copy = `var/lib/pinward/pins.${delivery === 'shell' ? 'sh' : 'helper.json'}`;
        const altered = answer.body.replace('{}', '{"A":"b"}').replace('BLANK', 'ALTERED');
        write(machine.path(copy), altered);
        assert.deepEqual(await machine.run([command]), { code: 0, out: answer.body, err: '' });
        write(machine.path(copy), altered);
        server.behave(refusing(503, {}));
        const { code, out, err } = await machine.run([command]);
        assert.deepEqual([code, out], [0, command === 'env' ? '' : '{}\n']);
        assert.match(err, /not what the server sent/);
      });
    }

    for (const lost of ['', 'floor=41\n']) {
      it(`a copy that nothing vouches for, beside ${lost === '' ? 'no' : 'half a'} state: it is not used`, async () => {
        using machine = newMachine();
        await using server = await startServer(refusing(503, {}));
        machine.configure({ server: server.url });
        for (const format of ['sh', 'helper.json', 'settings.json']) {
          write(machine.path(`var/lib/pinward/pins.${format}.state`), lost);
          write(machine.path(`var/lib/pinward/pins.${format}`), format === 'sh' ? exports.body : envelope.body);
        }
        const env = await machine.run(['env']);
        assert.deepEqual([env.code, env.out], [0, '']);
        assert.match(env.err, /not used, since it is not what the server sent/);
        assert.deepEqual((await machine.run(['helper'])).out, '{}\n');
        assert.equal((await machine.run(['login'])).code, 1);
        server.behave(answering(first));
        assert.equal((await machine.run(['login'])).code, 0);
        assert.equal(machine.read(fragment), first.body);
      });
    }

    it('and never applies an altered copy when the server is away', async () => {
      using machine = newMachine();
      await using server = await startServer(answering(first));
      machine.configure({ server: server.url });
      await machine.run(['login']);
      write(machine.path('var/lib/pinward/pins.settings.json'), second.body);
      server.behave(refusing(503, {}));
      assert.equal((await machine.run(['login'])).code, 0);
      assert.equal(machine.read(fragment), first.body);
    });
  },
);

describe('pinward on a disk that it may not write', { skip: isRoot ? false : 'mounts need root' }, () => {
  it('says that it could not uninstall, and exits with 1', async () => {
    using machine = newMachine();
    await using server = await startServer(answering(first));
    machine.configure({ server: server.url });
    await machine.run(['login']);
    const mounted = `mount --bind ${machine.root} ${machine.root} && mount -o remount,bind,ro ${machine.root}`;
    const command = `${mounted} && exec sh ${script} --root ${machine.root} uninstall`;
    const { status, stderr } = spawnSync('unshare', ['-m', 'sh', '-c', command], { encoding: 'utf8' });
    assert.equal(status, 1);
    assert.match(stderr, /^pinward: could not remove everything: .*Read-only file system$/m);
    assert.equal((await machine.run(['uninstall'])).code, 0);
    assert.ok(!machine.files().some((name) => name.includes('pins.')));
  });

  it('says why it could not make its lock, and not that pins are new', async () => {
    using machine = newMachine();
    await using server = await startServer(answering(first));
    machine.configure({ server: server.url });
    await machine.run(['login']);
    write(
      machine.path('bin/ln'),
      '#!/bin/sh\necho "ln: failed to create link: No space left on device" >&2; exit 1\n',
      0o755,
    );
    const PATH = `${machine.path('bin')}:${process.env['PATH']}`;
    const { code, out, err } = await machine.run(['login'], { env: { PATH } });
    assert.deepEqual([code, out], [0, '']);
    assert.match(err, /could not make .*lock: No space left on device\n.*stays in place/);
  });
});
