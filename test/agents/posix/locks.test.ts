/** Several agents on one machine: one works, the others wait, and the lock of a dead agent is broken. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { lutimes, symlink } from 'node:fs/promises';
import { it } from 'node:test';
import { finished, fragment, inEveryShell, leftovers, lock, newMachine, oneShell, until, write } from './machine.ts';
import { answering, first, holding, startServer } from './server.ts';

inEveryShell(
  'pinward beside other agents',
  (shell) => {
    it('breaks the lock of a dead agent', async () => {
      using machine = newMachine(shell);
      await using server = await startServer(answering(first));
      machine.configure({ server: server.url });
      write(machine.path('var/lib/pinward/.work.settings.json.1.body'), '{');
      symlinkSync(`${spawnSync('true').pid}`, machine.path('var/lib/pinward/pins.settings.json.lock'));
      assert.equal((await machine.run(['login'])).code, 0);
      assert.equal(machine.read(fragment), first.body);
      assert.deepEqual(leftovers(machine), []);
    });

    it('lets many agents log in at once', async () => {
      using machine = newMachine(shell);
      let revision = 0;
      await using server = await startServer((request, response) => {
        revision += 1;
        answering({ revision, body: `{"revision":${revision}}\n` })(request, response);
      });
      machine.configure({ server: server.url });
      const logins = await Promise.all(
        Array.from({ length: shell === oneShell ? 8 : 2 }, () => machine.run(['login'])),
      );
      assert.deepEqual(new Set(logins.map(({ code }) => code)), new Set([0]));
      assert.equal(machine.read(fragment), `{"revision":${revision}}\n`);
      assert.deepEqual(leftovers(machine), []);
    });
  },
  () => {
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
  },
);
