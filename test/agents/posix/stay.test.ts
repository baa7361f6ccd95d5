/** `refresh --stay` between two starts of a timer: it polls at the server's interval and blocks no other command. */
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import {
  finished,
  fragment,
  inEveryShell,
  leftovers,
  type Machine,
  newMachine,
  pathOf,
  state,
  until,
  write,
} from './machine.ts';
import { type Answer, answering, first, refusing, second, startServer } from './server.ts';

inEveryShell(
  'pinward refresh --stay',
  (shell) => {
    it('asks again when the server said, takes what is new, and ends when all is quiet', async () => {
      using machine = newMachine(shell);
      await using server = await startServer(answering(after(1)));
      machine.configure({ server: server.url });
      const run = finished(machine.start(['refresh', '--stay']));
      await until(() => server.asked.length >= 2);
      server.behave(answering(second));
      const { code, err } = await run;
      assert.deepEqual([code, err, machine.read(fragment)], [0, '', second.body]);
      assert.deepEqual(leftovers(machine), []);
    });

    it('holds no login up while it sleeps, and ends at once when it is told to', async () => {
      using machine = newMachine(shell);
      await using server = await startServer(answering(after(250)));
      machine.configure({ server: server.url });
      const refresh = machine.start(['refresh', '--stay']);
      const run = finished(refresh);
      await until(() => sleepsOf(refresh).length === 1);
      const [sleep = ''] = sleepsOf(refresh);
      assert.deepEqual(leftovers(machine), []);
      server.behave(answering(second));
      assert.equal((await machine.run(['login'])).code, 0);
      assert.deepEqual([machine.read(fragment), refresh.exitCode, server.asked.length], [second.body, null, 2]);
      refresh.kill('SIGTERM');
      assert.equal((await run).code, 0);
      await until(() => !isAsleep(sleep));
      assert.deepEqual(leftovers(machine), []);
    });
  },
  () => {
    for (const [title, seconds] of [
      ['when all is quiet', 300],
      ['when the timer comes before it is due', 290],
    ] as const) {
      it(`asks once ${title}`, async () => {
        using machine = newMachine();
        await using server = await startServer(answering(after(seconds)));
        machine.configure({ server: server.url });
        for (const _ of [1, 2]) assert.equal((await machine.run(['refresh', '--stay'])).code, 0);
        assert.equal(server.asked.length, 1);
      });
    }

    it('is what --stay is for: without it a refresh asks once', async () => {
      using machine = newMachine();
      await using server = await startServer(answering(after(1)));
      machine.configure({ server: server.url });
      assert.equal((await machine.run(['refresh'])).code, 0);
      assert.equal(server.asked.length, 1);
      assert.equal((await machine.run(['login', '--stay'])).code, 2);
    });

    it('asks again 20 seconds after a failure while things move', async () => {
      using machine = newMachine();
      await using server = await startServer(answering(after(1)));
      machine.configure({ server: server.url });
      const env = { PATH: `${pathWithoutWaits(machine)}:${process.env['PATH']}` };
      await machine.run(['login'], { env });
      server.behave((request, response) => {
        server.behave(answering(second));
        refusing(503, {})(request, response);
      });
      const { code } = await machine.run(['refresh', '--stay'], { env });
      assert.deepEqual([code, server.asked.length, machine.read(fragment)], [0, 3, second.body]);
      assert.equal(machine.read('naps'), '1\n20\n'); // 60 while nothing moves
    });

    it('does not go on for a server that nobody has heard for ten minutes', async () => {
      using machine = newMachine();
      await using server = await startServer(answering(after(1)));
      machine.configure({ server: server.url });
      await machine.run(['login']);
      assert.match(machine.read(state), /^moving_until=\d+$/m);
      write(machine.path(state), machine.read(state).replace(/^(moving_until|next_at)=.*$/gm, '$1=1'));
      server.behave(refusing(503, {}));
      assert.equal((await machine.run(['refresh', '--stay'])).code, 0);
      assert.equal(server.asked.length, 2);
    });

    it('waits for what is due soon, though the timer started it too early', async () => {
      using machine = newMachine();
      await using server = await startServer(answering(after(3)));
      machine.configure({ server: server.url });
      const env = { PATH: `${pathWithoutWaits(machine)}:${process.env['PATH']}` };
      await machine.run(['login'], { env });
      server.behave(answering(second));
      assert.equal((await machine.run(['refresh', '--stay'], { env })).code, 0);
      assert.deepEqual([server.asked.length, machine.read(fragment), machine.read('naps')], [2, second.body, '3\n']);
    });

    it('is gone before the timer starts the next one', async () => {
      using machine = newMachine();
      await using server = await startServer(answering(after(1)));
      machine.configure({ server: server.url });
      const env = { PATH: `${pathWithClock(machine)}:${process.env['PATH']}` };
      const run = finished(machine.start(['refresh', '--stay'], { env }));
      await until(() => server.asked.length >= 2);
      write(machine.path('ahead'), '280');
      assert.equal((await run).code, 0);
    });

    it('ends without a word to the server when it was uninstalled meanwhile', async () => {
      using machine = newMachine();
      await using server = await startServer(answering(after(6)));
      machine.configure({ server: server.url });
      const [asleep, awake] = [machine.path('asleep'), machine.path('awake')];
      const nap = `: >${asleep}; while [ ! -e ${awake} ]; do ${pathOf('sleep')} 0.05; done`;
      write(machine.path('bin/sleep'), `#!/bin/sh\n${nap}\n`, 0o755);
      const env = { PATH: `${machine.path('bin')}:${process.env['PATH']}` };
      const run = finished(machine.start(['refresh', '--stay'], { env }));
      await until(() => existsSync(asleep));
      assert.equal((await machine.run(['uninstall'])).code, 0);
      write(awake, '');
      const { code, err } = await run;
      assert.deepEqual([code, server.asked.length, existsSync(machine.path(fragment))], [2, 1, false]);
      assert.match(err, /there is no configuration/);
    });
  },
);

function after(seconds: number): Answer {
  return { ...first, headers: { 'Pinward-Poll-After': `${seconds}` } };
}

/** The process ids of the running sleeps of a refresh. */
function sleepsOf({ pid }: ChildProcess): readonly string[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(isAsleep);
}

function isAsleep(pid: string): boolean {
  try {
    return /(?:^|\/)sleep\0/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  } catch {
    return false; // it has ended
  }
}

/** A folder with a clock that stands still but for naps, which end at once. The file `naps` has the seconds of each. */
function pathWithoutWaits(machine: Machine): string {
  const [clock, naps] = [machine.path('clock'), machine.path('naps')];
  write(clock, `${Math.floor(Date.now() / 1000)}\n`);
  write(machine.path('bin/date'), `#!/bin/sh\n[ "$1" = +%s ] && cat ${clock} || exec ${pathOf('date')} "$@"\n`, 0o755);
  const nap = `echo "$1" >>${naps} && echo $(($(cat ${clock}) + $1)) >${clock}.next && mv ${clock}.next ${clock}`;
  write(machine.path('bin/sleep'), `#!/bin/sh\n${nap}\n`, 0o755);
  return join(machine.root, 'bin');
}

/** A folder with a `date` that is ahead by the seconds in the file `ahead`. */
function pathWithClock(machine: Machine): string {
  const real = pathOf('date');
  write(machine.path('ahead'), '0');
  const ahead = `[ "$1" = +%s ] && echo $(($(${real} +%s) + $(cat ${machine.path('ahead')}))) || exec ${real} "$@"`;
  write(machine.path('bin/date'), `#!/bin/sh\n${ahead}\n`, 0o755);
  return join(machine.root, 'bin');
}
