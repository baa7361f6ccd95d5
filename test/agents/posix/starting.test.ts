/** Output of env and helper when a shell or Claude Code starts. Both always start, whatever the server does. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { it } from 'node:test';
import { bodyOf, honest, startWorld } from '../../contracts/agent/faulty-server.ts';
import { fragment, inEveryShell, leftovers, newMachine, until } from './machine.ts';
import { answering, envelope, exports, holding, refusing, startServer } from './server.ts';

const due = { 'Pinward-Poll-After': '0' };

inEveryShell(
  'pinward at the start of shells and of Claude Code',
  (shell) => {
    it('answers Claude Code at once while the server hangs', async () => {
      using machine = newMachine(shell);
      await using server = await startServer(answering({ ...envelope, headers: due }));
      machine.configure({ server: server.url, delivery: 'helper' });
      await machine.run(['login']);
      const next = { ...envelope, revision: 42, body: '{"managedSettings":{"env":{"A":""}}}\n' };
      const held = holding(next);
      server.behave(held.behaviour);
      assert.deepEqual(await machine.run(['helper']), { code: 0, out: envelope.body, err: '' });
      await until(held.isAsked);
      held.release();
      await until(() => machine.read('var/lib/pinward/pins.helper.json') === next.body);
      await until(() => leftovers(machine).length === 0);
    });

    it('lets Claude Code start without a policy when the server hangs', async () => {
      using machine = newMachine(shell);
      const held = holding(envelope);
      await using server = await startServer(held.behaviour);
      machine.configure({ server: server.url, timeout: '60' });
      assert.deepEqual(await machine.run(['helper']), { code: 0, out: '{}\n', err: '' });
      assert.ok(held.isAsked());
      held.release();
      await until(() => leftovers(machine).length === 0);
      assert.deepEqual(await machine.run(['helper']), { code: 0, out: envelope.body, err: '' });
    });
  },
  () => {
    it('answers Claude Code also when the configuration is wrong or missing', async () => {
      using machine = newMachine();
      assert.deepEqual(await machine.run(['helper']), { code: 0, out: '{}\n', err: '' });
      machine.configure({ sever: 'https://typo.example' });
      assert.deepEqual(await machine.run(['helper']), { code: 0, out: '{}\n', err: '' });
      assert.deepEqual((await machine.run(['env'])).out, '');
      const login = await machine.run(['login']);
      assert.equal(login.code, 2);
      assert.match(login.err, /unknown key in .*: sever/);
    });

    it('hands out what it has when its configuration names another host by plain http, and asks nobody', async () => {
      using machine = newMachine();
      await using world = await startWorld(Date.now());
      machine.configure({ server: world.server.url });
      world.behave(honest(world, world.held));
      const starts = async () => [await machine.run(['env']), await machine.run(['helper'])];
      const [env, helper] = await starts();
      await machine.run(['login']);
      machine.configure({ server: world.elsewhere.url.replace('127.0.0.1', '0.0.0.0') }); // another host for the agent, the same port for this test
      const { code, err } = await machine.run(['login']);
      assert.deepEqual([code, /must be https/.test(err)], [2, true]);
      assert.equal(machine.read(fragment), bodyOf(world.held, 'settings.json'));
      assert.deepEqual([env?.out, helper?.out], [bodyOf(world.held, 'sh'), bodyOf(world.held, 'helper.json')]);
      assert.deepEqual(
        (await starts()).map(({ code, out }) => [code, out]),
        [
          [0, env?.out],
          [0, helper?.out],
        ],
      );
      assert.equal(world.elsewhere.asked.length, 0);
      machine.configure({ server: world.server.url });
      world.behave(honest(world, world.next));
      assert.deepEqual((await machine.run(['login'])).err, '');
      assert.equal(machine.read(fragment), bodyOf(world.next, 'settings.json'));
    });

    it('hands exports to a shell with their values intact', async () => {
      using machine = newMachine();
      await using server = await startServer(answering(exports));
      machine.configure({ server: server.url });
      const { code, out } = await machine.run(['env']);
      assert.deepEqual([code, out], [0, exports.body]);
      const read = 'eval "$1"; printf %s "$ODD" && [ "$BLANK" = "" ]';
      assert.equal(spawnSync('sh', ['-c', read, 'sh', out]).stdout.toString(), 'it\'s $HOME "and" `more`  \\n');
      server.behave(refusing(500, {}));
      assert.equal((await machine.run(['env'])).out, exports.body);
    });

    it('prints no exports and lets the shell start when it has none', async () => {
      using machine = newMachine();
      machine.configure({ server: 'http://localhost:1' });
      const { code, out, err } = await machine.run(['env']);
      assert.deepEqual([code, out], [0, '']);
      assert.match(err, /no pins yet: .*connect/);
    });

    it('gives Claude Code its first policy, and an empty object when there is none', async () => {
      using machine = newMachine();
      await using server = await startServer(refusing(500, {}));
      machine.configure({ server: server.url });
      assert.deepEqual(await machine.run(['helper']), { code: 0, out: '{}\n', err: '' });
      server.behave(answering(envelope));
      assert.deepEqual(await machine.run(['helper']), { code: 0, out: envelope.body, err: '' });
    });
  },
);
