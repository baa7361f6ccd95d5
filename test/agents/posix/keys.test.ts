/** Installation with keys: which keys are trusted, what is printed, and which calls are refused without writing a file. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { keysText, newKey } from '../../contracts/agent/authority.ts';
import { bodyOf, honest, startWorld, text, type World } from '../../contracts/agent/faulty-server.ts';
import { fragment, inEveryShell, newMachine, whyNot, write } from './machine.ts';
import { refusing } from './server.ts';

const folder = mkdtempSync(join(tmpdir(), 'pinward-keys-'));
after(() => rmSync(folder, { recursive: true }));

inEveryShell(
  'pinward install with keys',
  (shell) => {
    it('pins the keys that it is given, as PEM or as base64, and uninstalls them', async () => {
      using machine = newMachine(shell);
      await using world = await startWorld(Date.now());
      world.behave(honest(world, world.held));
      const other = newKey();
      const args = ['--organisation', world.organisation, '--key', file(world.key.pem), '--key', file(other.spki)];
      const install = await machine.run([...installing(world), ...args]);
      assert.deepEqual([install.code, install.err], [0, '']);
      for (const { id, pem } of [world.key, other]) {
        assert.match(install.out, new RegExp(`trusting key ${id} of acme.example, from ${folder}`));
        assert.equal(machine.read(`etc/pinward/keys/${id}.pem`), pem);
      }
      assert.equal(machine.read(fragment), bodyOf(world.held, 'settings.json'));
      const status = (await machine.run(['status'])).out;
      assert.match(
        status,
        new RegExp(`signatures +required of acme.example, last good one by ${world.key.id}; trusted: `),
      );
      assert.ok(status.includes(` ${other.id}`));
      assert.equal((await machine.run(['uninstall'])).code, 0);
      assert.deepEqual(machine.files(), []);
    });

    it('pins what the server names on first use, and says so', async () => {
      using machine = newMachine(shell);
      await using world = await startWorld(Date.now());
      world.behave(honest(world, world.held));
      const install = await machine.run([...installing(world), '--trust-on-first-use']);
      assert.deepEqual([install.code, install.err], [0, '']);
      assert.match(install.out, new RegExp(`trusting key ${world.key.id} of acme.example, from ${world.server.url}`));
      assert.match((await machine.run(['status'])).out, new RegExp(`required of acme.example.* by ${world.key.id};`));
    });
  },
  () => {
    it('forgets the keys of an earlier install', async () => {
      using machine = newMachine();
      await using world = await startWorld(Date.now());
      world.behave(honest(world, world.held));
      const key = (pem: string) => ['--organisation', world.organisation, '--key', file(pem)];
      const lost = newKey();
      const before = await machine.run([...installing(world), ...key(lost.pem)]);
      assert.deepEqual([before.code, /not trusted here/.test(before.err)], [1, true]);
      assert.equal((await machine.run([...installing(world), ...key(world.key.pem)])).code, 0);
      assert.deepEqual(
        machine.files().filter((name) => name.endsWith('.pem')),
        [`etc/pinward/keys/${world.key.id}.pem`],
      );
    });

    it('says when it checks nothing', async () => {
      using machine = newMachine();
      await using world = await startWorld(Date.now());
      world.behave(honest(world, world.held));
      await machine.run(installing(world));
      assert.match((await machine.run(['status'])).out, /^signatures +not checked: no keys pinned$/m);
    });

    const acme = ['--organisation', 'acme.example'];
    const pem = newKey().pem;
    const mistakes: readonly (readonly [string, string[], RegExp])[] = [
      ['an organisation without a key', acme, /--organisation needs either --key or --trust-on-first-use/],
      ['a key without an organisation', ['--key', file(pem)], /--key needs --organisation/],
      ['both ways to trust', [...acme, '--key', file(pem), '--trust-on-first-use'], /needs either --key or/],
      ['two keys in a file', [...acme, '--key', file(pem + newKey().pem)], /no single public key in/],
      ['a key file that is none', [...acme, '--key', file('hello')], /no single public key in/],
      ['a key file that is not there', [...acme, '--key', join(folder, 'nowhere')], /no single public key in/],
      ['a name with a blank', ['--organisation', 'a b', '--key', file(pem)], /organisation has other characters/],
    ];
    for (const [title, args, message] of mistakes) {
      it(`refuses ${title} and writes nothing`, async () => {
        using machine = newMachine();
        const { code, err } = await machine.run(['install', '--server', 'https://pinward.example', ...args]);
        assert.deepEqual([code, machine.files()], [2, []]);
        assert.match(err, message);
      });
    }

    const lists = [
      ['that is not there', refusing(404, {}), /could not fetch .*keys.txt: HTTP 404/],
      [
        'of another organisation',
        text(keysText('other.example', [newKey()])),
        /organisation 'other.example', not 'acme/,
      ],
      ['of nobody', text(`key ${newKey().id} ${newKey().spki}\n`), /organisation '', not 'acme/],
      ['without keys', text(keysText('acme.example', [])), /names no key/],
      ['with a broken key', text('organisation acme.example\nkey 0123456789abcdef AAAA\n'), /no single public key/],
      ['elsewhere', refusing(302, {}, { Location: '/elsewhere' }), /keys.txt: HTTP 302/],
    ] as const;
    for (const [title, list, message] of lists) {
      it(`does not trust on first use a list ${title}, and writes nothing`, async () => {
        using machine = newMachine();
        await using world = await startWorld(Date.now());
        world.behave(honest(world, world.held), list);
        const { code, err } = await machine.run([...installing(world), ...acme, '--trust-on-first-use']);
        assert.notEqual(code, 0);
        assert.match(err, message);
        assert.deepEqual(machine.files(), []);
      });
    }
  },
  whyNot('openssl'),
);

function installing({ server }: World): string[] {
  return ['install', '--server', server.url, '--machine', 'm-3'];
}

function file(content: string): string {
  const path = join(folder, newKey().id);
  write(path, content);
  return path;
}
