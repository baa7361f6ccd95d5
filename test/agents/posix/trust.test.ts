/** An agent with pinned keys accepts honest answers and keys with a voucher. Without openssl it accepts nothing. */
import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { it } from 'node:test';
import { type Key, keysText, newKey, voucherLine } from '../../contracts/agent/authority.ts';
import {
  bodyOf,
  type Content,
  honest,
  instant,
  lying,
  startWorld,
  text,
  type World,
} from '../../contracts/agent/faulty-server.ts';
import { fragment, inEveryShell, type Machine, newMachine, pathOf, state, whyNot, write } from './machine.ts';
import { refusing } from './server.ts';

inEveryShell(
  'pinward with pinned keys',
  (shell) => {
    it('takes what is signed, and nothing else', async () => {
      using machine = newMachine(shell);
      await using world = await startWorld(Date.now());
      await holdsHeld(machine, world);
      world.behave(lying(world, () => ({ statement: { revision: '44' } })));
      assert.match((await machine.run(['login'])).err, /signature by .* does not match/);
      await takes(machine, world, world.next);
    });

    it('takes over a key that a trusted one vouches for, also by way of a third', async () => {
      using machine = newMachine(shell);
      await using world = await startWorld(Date.now());
      await holdsHeld(machine, world);
      const [second, third] = [newKey(), newKey()];
      const lines = [voucher(world, third, second), 'voucher of nonsense', voucher(world, second, world.key)];
      const list = text(keysText(world.organisation, [second, world.key, third], lines));
      world.behave(
        lying(world, () => ({ by: third })),
        list,
      );
      assert.deepEqual((await machine.run(['login'])).err, '');
      assert.equal(machine.read(fragment), bodyOf(world.next, 'settings.json'));
      assert.equal(machine.read(`var/lib/pinward/pins.${third.id}.pem`), third.pem);
    });
  },
  () => {
    it('learns from a signed 304 that what it holds is valid for longer', async () => {
      using machine = newMachine();
      await using world = await startWorld(Date.now());
      await holdsHeld(machine, world);
      await takes(machine, world, { ...world.held, validUntil: world.next.validUntil });
      assert.match(machine.read(state), new RegExp(`^valid_until=${world.next.validUntil}$`, 'm'));
      assert.equal(world.server.asked.length, 2);
    });

    it('forgets what it saw before keys were pinned', async () => {
      using machine = newMachine();
      await using world = await startWorld(Date.now());
      machine.configure({ server: world.server.url });
      world.behave(lying(world, () => ({ headers: { 'Pinward-Revision': '99', 'Pinward-Valid-Until': 'later' } })));
      await machine.run(['login']);
      await holdsHeld(machine, world);
      assert.equal(machine.read(fragment), bodyOf(world.held, 'settings.json'));
    });

    it('asks once an hour about a key that it does not know, however often it meets it', async () => {
      using machine = newMachine();
      await using world = await startWorld(Date.now());
      await holdsHeld(machine, world);
      const [one, two] = [newKey(), newKey()];
      for (const by of [one, two, one, two, one]) {
        world.behave(lying(world, () => ({ by })));
        assert.match((await machine.run(['login'])).err, new RegExp(`key ${by.id}, which is not trusted here`));
      }
      const lists = () => world.server.asked.filter(({ path }) => path === '/v1/keys.txt');
      assert.deepEqual(
        lists().map(({ headers }) => headers.authorization),
        [undefined, undefined],
      );
      write(machine.path(state), machine.read(state).replace(/^keys_asked=.*$/m, `keys_asked= ${one.id}:1`));
      await machine.run(['login']);
      assert.equal(lists().length, 3);
      assert.doesNotMatch(machine.read(state), new RegExp(`${one.id}:1$`, 'm'));
    });

    it('bears a clock that is fast by five minutes, and not more', async () => {
      using machine = newMachine();
      await using world = await startWorld(Date.now());
      configure(machine, world);
      const expiredSince = (seconds: number) =>
        honest(world, { ...world.next, validUntil: instant(Date.now() - seconds * 1000) });
      world.behave(expiredSince(360));
      assert.match((await machine.run(['login'])).err, /expired at .* by this machine's clock/);
      world.behave(expiredSince(200));
      assert.deepEqual((await machine.run(['login'])).err, '');
    });

    for (const verb of ['env', 'helper'] as const) {
      it(`goes on with what ${verb} has when that has expired, and says so`, async () => {
        using machine = newMachine();
        await using world = await startWorld(Date.now());
        const [delivery, format] = verb === 'env' ? (['shell', 'sh'] as const) : (['helper', 'helper.json'] as const);
        await holdsHeld(machine, world, delivery);
        const facts = `var/lib/pinward/pins.${format}.state`;
        write(
          machine.path(facts),
          machine.read(facts).replace(/^valid_until=.*$/m, 'valid_until=2026-01-01T00:00:00Z'),
        );
        world.behave(refusing(500, {}));
        const said = /the pins in use were valid until 2026-01-01T00:00:00Z; last contact with the server: 20/;
        const login = await machine.run(['login', '--delivery', delivery]);
        assert.deepEqual([login.code, said.test(login.err)], [0, true]);
        const run = await machine.run([verb]);
        assert.deepEqual([run.code, run.out, said.test(run.err)], [0, bodyOf(world.held, format), true]);
        const { out } = await machine.run(['status', '--delivery', delivery]);
        assert.match(out, /valid until +2026-01-01T00:00:00Z, which has passed/);
      });
    }

    it('takes nothing new where there is no openssl, and says so', async () => {
      using machine = newMachine();
      await using world = await startWorld(Date.now());
      await holdsHeld(machine, world);
      const bare = { env: { PATH: machine.path('bin') }, shell: pathOf('dash') };
      write(machine.path('bin/.keep'), '');
      for (const tool of withoutOpenssl) symlinkSync(pathOf(tool), machine.path(`bin/${tool}`));
      world.behave(honest(world, world.next));
      const login = await machine.run(['login'], bare);
      assert.deepEqual([login.code, /no openssl on this machine/.test(login.err)], [0, true]);
      assert.equal(machine.read(fragment), bodyOf(world.held, 'settings.json'));
      assert.match((await machine.run(['status'], bare)).out, /signatures .*there is no openssl/);
    });

    it('asks openssl for nothing that OpenSSL 1.1 or LibreSSL lacks', async () => {
      using machine = newMachine();
      await using world = await startWorld(Date.now());
      write(
        machine.path('bin/openssl'),
        `#!/bin/sh\necho "$*" >>'${machine.path('asked')}'\nexec ${pathOf('openssl')} "$@"\n`,
        0o755,
      );
      const env = { PATH: `${machine.path('bin')}:${process.env['PATH']}` };
      world.behave(honest(world, world.held));
      await machine.run(['install', '--server', world.server.url, '--trust-on-first-use'], { env });
      const key = newKey();
      const list = text(keysText(world.organisation, [key], [voucher(world, key, world.key)]));
      world.behave(
        lying(world, () => ({ by: key })),
        list,
      );
      assert.equal((await machine.run(['login'], { env })).err, '');
      const asked = new Set(
        machine
          .read('asked')
          .replaceAll(/ \/\S+/g, ' FILE')
          .trim()
          .split('\n'),
      );
      assert.deepEqual([...asked].sort(), known);
    });
  },
  whyNot('openssl'),
);

/** The sources of LibreSSL's dgst, enc and pkey have each of these. */
const known = [
  'base64 -d -A',
  'dgst -sha256 -r',
  'dgst -sha256 -verify FILE -signature FILE',
  'pkey -pubin -inform DER -pubout',
];

const withoutOpenssl =
  `awk cat chmod cmp curl cut date dd env find grep head id ln mkdir mktemp mv readlink rm sed sha256sum
  sleep tail touch tr uname wc`.split(/\s+/);

function configure(machine: Machine, { server, organisation, key }: World): void {
  write(machine.path(`etc/pinward/keys/${key.id}.pem`), key.pem);
  machine.configure({ server: server.url, organisation });
}

/** Makes the machine trust the world's key and log in to `world.held`. */
async function holdsHeld(machine: Machine, world: World, delivery = 'fragment'): Promise<void> {
  configure(machine, world);
  world.behave(honest(world, world.held));
  const login = await machine.run(['login', '--delivery', delivery]);
  assert.deepEqual([login.code, login.err], [0, '']);
}

async function takes(machine: Machine, world: World, content: Content): Promise<void> {
  world.behave(honest(world, content));
  const login = await machine.run(['login']);
  assert.deepEqual([login.code, login.err], [0, '']);
  assert.equal(machine.read(fragment), bodyOf(content, 'settings.json'));
}

function voucher({ organisation, next }: World, key: Key, by: Key): string {
  return voucherLine({ organisation, key, by, validUntil: next.validUntil });
}
