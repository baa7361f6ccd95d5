/** Something else in the place of a file of the agent: it is never waited for, and the next login puts the file there. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { lstatSync, mkdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { it } from 'node:test';
import { fragment, inEveryShell, leftovers, type Machine, newMachine, state, write } from './machine.ts';
import { answering, envelope, exports, first, refusing, second, startServer } from './server.ts';

const folder = 'var/lib/pinward';
const copy = `${folder}/pins.settings.json`;
const ownFiles = [fragment, copy, state, `${copy}.reported`, `${folder}/.reserve`];

const intruders: Readonly<Record<string, (path: string) => void>> = {
  'a folder': (path) => mkdirSync(path),
  'a folder with files': (path) => write(`${path}/x`, 'x'),
  'a link to a folder': (path) => symlinkSync('/usr', path),
  'a link to nowhere': (path) => symlinkSync('nowhere', path),
  'a pipe': (path) => void spawnSync('mkfifo', [path]),
  'a link to a device without end': (path) => symlinkSync('/dev/zero', path),
  'a link to a device without room': (path) => symlinkSync('/dev/full', path),
};

/** A command that waits for a pipe fails by this, in milliseconds. */
const hanging = { timeout: 120_000 };

inEveryShell(
  'pinward heals',
  (shell) => {
    for (const [name, intrude] of Object.entries(intruders)) {
      it(`${name} in the place of each of its files`, hanging, async () => {
        using machine = newMachine(shell);
        await using server = await startServer(answering(first));
        machine.configure({ server: server.url });
        await machine.run(['refresh']);
        for (const file of ownFiles) replace(machine, file, intrude);
        server.behave(answering(second));
        const { code, out, err } = await machine.run(['login']);
        assert.deepEqual([code, err], [0, '']);
        assert.match(out, /revision 42 is applied/);
        for (const file of [fragment, copy]) assert.equal(machine.read(file), second.body);
        await machine.run(['refresh', '--stay']);
        for (const file of ownFiles) assert.ok(lstatSync(machine.path(file)).isFile(), file);
        assert.deepEqual(leftovers(machine), []);
      });
    }
  },
  () => {
    for (const file of [fragment, copy, state]) {
      it(`a folder in the place of ${file} alone`, async () => {
        using machine = newMachine();
        await using server = await startServer(answering(first));
        machine.configure({ server: server.url });
        await machine.run(['login']);
        replace(machine, file, (path) => write(`${path}/x`, 'x'));
        server.behave(answering(second));
        assert.match((await machine.run(['login'])).out, /revision 42 is applied/);
        assert.equal(machine.read(fragment), second.body);
        server.behave(answering(first));
        assert.match((await machine.run(['login'])).err, /older revision, 41 after 42/);
      });
    }

    for (const [name, intrude] of Object.entries(intruders)) {
      it(`and meanwhile no command waits for ${name}`, hanging, async () => {
        using machine = newMachine();
        await using server = await startServer(answering(first));
        machine.configure({ server: server.url });
        await machine.run(['login']);
        for (const format of ['sh', 'helper.json', 'settings.json']) {
          for (const suffix of ['', '.state']) replace(machine, `${folder}/pins.${format}${suffix}`, intrude);
        }
        replace(machine, fragment, intrude);
        server.behave(refusing(503, {}));
        assert.deepEqual(
          [(await machine.run(['status'])).code, (await machine.run(['doctor', '--offline'])).code],
          [1, 1],
        );
        const env = await machine.run(['env']);
        assert.deepEqual([env.code, env.out], [0, '']);
        const helper = await machine.run(['helper']);
        assert.deepEqual([helper.code, helper.out], [0, '{}\n']);
        server.behave((request, response) => {
          answering(request.url?.includes('.sh') ? exports : envelope)(request, response);
        });
        for (const format of ['sh', 'helper.json']) replace(machine, `${folder}/pins.${format}.state`, intrude);
        assert.equal((await machine.run(['env'])).out, exports.body);
        assert.equal((await machine.run(['helper'])).out, envelope.body);
      });
    }

    it('a file of the agent that has grown without bound', async () => {
      using machine = newMachine();
      await using server = await startServer(answering(first));
      machine.configure({ server: server.url });
      await machine.run(['login']);
      for (const file of [fragment, copy, state]) spawnSync('truncate', ['-s', '1T', machine.path(file)]);
      assert.equal((await machine.run(['status'])).code, 1);
      assert.match((await machine.run(['login'])).out, /revision 41 is applied/);
      for (const file of [fragment, copy]) assert.equal(machine.read(file), first.body);
      assert.ok(statSync(machine.path(state)).size < 10_000);
    });

    it('an empty file in the place of its folder, but neither a full one nor a link, and says what it found', async () => {
      using machine = newMachine();
      await using server = await startServer(answering(first));
      machine.configure({ server: server.url });
      const login = async (intrude: (path: string) => void) => {
        replace(machine, folder, intrude);
        return await machine.run(['login']);
      };
      const full = await login((path) => write(path, 'precious'));
      assert.equal(full.code, 1);
      assert.match(full.err, /var\/lib\/pinward is not a folder/);
      assert.doesNotMatch(full.err, /user|token/);
      const dangling = await login((path) => symlinkSync('/nowhere/pinward', path));
      assert.match(dangling.err, /var\/lib\/pinward is a link to \/nowhere\/pinward, which is not a folder/);
      const empty = await login((path) => write(path, ''));
      assert.deepEqual([empty.code, empty.err], [0, '']);
      assert.equal(machine.read(fragment), first.body);
    });
  },
);

function replace(machine: Machine, file: string, intrude: (path: string) => void): void {
  const path = machine.path(file);
  rmSync(path, { recursive: true, force: true });
  write(`${path}.beside`, ''); // makes its folder
  rmSync(`${path}.beside`);
  intrude(path);
}
