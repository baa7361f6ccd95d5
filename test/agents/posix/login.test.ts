/** login and refresh while the server works, and a first login without a server. */
import assert from 'node:assert/strict';
import { existsSync, rmSync, statSync } from 'node:fs';
import { it } from 'node:test';
import { fragment, inEveryShell, leftovers, newMachine, state, token, write } from './machine.ts';
import { answering, first, refusing, second, sha256, startServer } from './server.ts';

const due = { 'Pinward-Poll-After': '0' };

inEveryShell(
  'pinward login',
  (shell) => {
    it('keeps the file on 304 and takes the next revision', async () => {
      using machine = newMachine(shell);
      await using server = await startServer(answering(first));
      machine.configure({ server: server.url });
      await machine.run(['login']);
      const { ino } = statSync(machine.path(fragment));
      assert.equal((await machine.run(['login'])).code, 0);
      assert.equal(server.asked[1]?.headers['if-none-match'], `"${sha256(first.body)}"`);
      assert.equal(statSync(machine.path(fragment)).ino, ino);
      server.behave(answering(second));
      assert.equal((await machine.run(['login'])).code, 0);
      assert.equal(machine.read(fragment), second.body);
    });
  },
  () => {
    it('fails and applies nothing when the first login finds no server', async () => {
      using machine = newMachine();
      machine.configure({ server: 'http://localhost:1' });
      const login = await machine.run(['login']);
      assert.equal(login.code, 1);
      assert.match(
        login.err,
        /nothing is applied; check server and token in .*agent\.conf, then run: (sudo )?pinward --root \S+ login/,
      );
      assert.ok(!existsSync(machine.path('etc/claude-code')));
      const status = await machine.run(['status']);
      assert.deepEqual([status.code, /applied +nothing/.test(status.out)], [1, true]);
    });

    it('applies what the server answers to the first login', async () => {
      using machine = newMachine();
      await using server = await startServer(answering(first));
      machine.configure({ server: server.url });
      assert.equal((await machine.run(['login'])).code, 0);
      assert.equal(machine.read(fragment), first.body);
      assert.equal(statSync(machine.path(fragment)).mode & 0o777, 0o644);
      const [asked] = server.asked;
      assert.equal(asked?.path, '/v1/pins.settings.json');
      assert.equal(`${asked?.query}`, 'machine=m-1&cli=2.1.331');
      assert.equal(asked?.headers.authorization, `Bearer ${token}`);
      assert.deepEqual(leftovers(machine), []);
    });

    it('puts back a file that was deleted or altered', async () => {
      using machine = newMachine();
      await using server = await startServer(answering(first));
      machine.configure({ server: server.url });
      await machine.run(['login']);
      write(machine.path(fragment), '{"env":');
      assert.match((await machine.run(['status'])).out, /altered since/);
      await machine.run(['login']);
      assert.equal(machine.read(fragment), first.body);
      rmSync(machine.path(fragment));
      assert.equal((await machine.run(['status'])).code, 1);
      server.behave(refusing(500, {}));
      assert.equal((await machine.run(['login'])).code, 0);
      assert.equal(machine.read(fragment), first.body);
    });

    it('asks in a refresh only when Pinward-Poll-After has passed', async () => {
      using machine = newMachine();
      await using server = await startServer(answering(first));
      machine.configure({ server: server.url });
      await machine.run(['login']);
      assert.equal((await machine.run(['refresh'])).code, 0);
      assert.equal(server.asked.length, 1);
      server.behave(answering({ ...first, headers: due }));
      await machine.run(['login']);
      await machine.run(['refresh']);
      assert.equal(server.asked.length, 3);
    });

    for (const [said, seconds] of [
      ['100', 100],
      ['86400', 86_400],
      ['999999', 86_400],
      ['99999999999999999999', 60],
      ['-5', 60],
      ['Wed, 02 Dec 2099 00:00:00 GMT', 60],
    ] as const) {
      it(`waits for ${seconds} seconds after an error that says Retry-After: ${said}`, async () => {
        using machine = newMachine();
        await using server = await startServer(answering(first));
        machine.configure({ server: server.url });
        await machine.run(['login']);
        server.behave(refusing(503, {}, { 'Retry-After': said }));
        const before = Math.floor(Date.now() / 1000);
        await machine.run(['login']);
        const next = Number(/^next_at=(\d+)$/m.exec(machine.read(state))?.[1]);
        assert.ok(next >= before + seconds && next <= Date.now() / 1000 + seconds, `${next - before}`);
      });
    }

    it('leaves a server alone for as long as Retry-After says', async () => {
      using machine = newMachine();
      await using server = await startServer(refusing(429, {}, { 'Retry-After': '100' }));
      machine.configure({ server: server.url });
      await machine.run(['login']);
      await machine.run(['refresh']);
      assert.equal(server.asked.length, 1);
    });
  },
);
