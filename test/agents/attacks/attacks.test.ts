/** pinward.sh under every attack: it takes nothing, says why, and shells and Claude Code start with what they had. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { fragment, type Machine, newMachine, oneShell, state, until, whyNot, write } from '../posix/machine.ts';
import type { Attack } from './attack.ts';
import { forged, mixed, old, unchanged } from './attacks-on-answers.ts';
import { unknownKeys } from './attacks-on-keys.ts';
import { onTheWay } from './attacks-on-the-way.ts';
import { bodyOf, formats, honest, startWorld, type World } from './faulty-server.ts';

describe('pinward under attack', { concurrency: 2, skip: whyNot(oneShell) || whyNot('openssl') }, () => {
  holds('by forged answers', forged);
  holds('by mixed answers', mixed);
  holds('by old answers', old);
  holds('by answers of nothing new', unchanged);
  holds('by unknown keys', unknownKeys);
  holds('on the way', onTheWay, { timeout: '2' });
});

/** The attacks follow one another on one machine, which in the end takes an honest answer as if nothing had been. */
function holds(subject: string, attacks: readonly Attack[], settings: Record<string, string> = {}): void {
  describe(subject, { concurrency: 1 }, () => {
    let machine: Machine;
    let world: World;
    before(async () => {
      world = await startWorld(Date.now());
      machine = newMachine();
      write(machine.path(`etc/pinward/keys/${world.key.id}.pem`), world.key.pem);
      configure(world.server.url);
      world.behave(honest(world, world.held));
      for (const delivery of ['fragment', 'shell', 'helper']) {
        assert.equal((await machine.run(['login', '--delivery', delivery])).code, 0);
      }
    });
    after(async () => {
      machine[Symbol.dispose]();
      await world[Symbol.asyncDispose]();
    });
    const configure = (server: string) => machine.configure({ server, organisation: world.organisation, ...settings });

    for (const { title, reason, pins, keys, address } of attacks) {
      it(`when ${title}`, async () => {
        world.behave(pins(world), keys?.(world));
        if (address) configure(address(world));

        const login = await machine.run(['login']);
        const [env, helper] = await Promise.all([machine.run(['env']), machine.run(['helper'])]);

        assert.match(login.err, reason);
        assert.equal(login.code, address ? 2 : 0);
        if (!address) assert.match(machine.read(state), reason);
        assert.equal(machine.read(fragment), bodyOf(world.held, 'settings.json'));
        assert.deepEqual([env.code, env.out], [0, bodyOf(world.held, 'sh')]);
        assert.deepEqual([helper.code, helper.out], [0, bodyOf(world.held, 'helper.json')]);
        assert.equal(world.elsewhere.asked.length, 0);
      });
    }

    it('and takes the next honest answer all the same', async () => {
      configure(world.server.url);
      world.behave(honest(world, world.next));
      for (const delivery of ['fragment', 'shell', 'helper']) {
        await until(() => machine.files().every((name) => !name.endsWith('.lock')));
        const login = await machine.run(['login', '--delivery', delivery]);
        assert.deepEqual([login.code, login.err], [0, '']);
      }
      assert.equal(machine.read(fragment), bodyOf(world.next, 'settings.json'));
      const copies = formats.map((format) => machine.read(`var/lib/pinward/pins.${format}`));
      assert.deepEqual(
        copies,
        formats.map((format) => bodyOf(world.next, format)),
      );
    });
  });
}
