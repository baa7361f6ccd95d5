/**
 * The agent on developer machines, run as a real process against a server that fails in every way we know of. What holds
 * throughout: the applied file is whole and the newest good one, and neither shells nor Claude Code are kept from starting.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import {
  fragment,
  hasTool,
  leftovers,
  type Machine,
  newMachine,
  script,
  shells,
  state,
  token,
  until,
  write,
} from './machine.ts';
import {
  answering,
  answeringWith,
  type Behaviour,
  cutShort,
  cutShortInChunks,
  endless,
  envelope,
  type FaultyServer,
  first,
  holding,
  refusing,
  second,
  sha256,
  startServer,
} from './server.ts';

const exports = { revision: 41, body: "export ODD='it'\\''s $HOME \"and\" `more`  \\n'\nexport BLANK=''\n" };
const due = { 'Pinward-Poll-After': '0' };

interface Failure {
  readonly title: string;
  readonly behaviour?: Behaviour;
  readonly config?: Record<string, string>;
  readonly reason: RegExp;
  /** Depends on curl and the server only, so that one shell shows it. */
  readonly once?: true;
}

const failures: readonly Failure[] = [
  { title: 'nobody listens', once: true, config: { server: 'http://localhost:1' }, reason: /connect/ },
  {
    title: 'the name does not resolve',
    once: true,
    config: { server: 'https://pinward.invalid' },
    reason: /resolve host/,
  },
  { title: 'the server hangs', config: { timeout: '1' }, behaviour: () => {}, reason: /timed out/ },
  {
    title: 'the server breaks',
    once: true,
    behaviour: refusing(500, { title: 'It broke', hint: 'Wait' }),
    reason: /500: It broke: Wait/,
  },
  {
    title: 'the token is refused',
    once: true,
    behaviour: refusing(401, { title: 'Unknown token' }),
    reason: /401: Unknown token/,
  },
  { title: 'the body is cut short', behaviour: cutShort(second), reason: /closed/ },
  { title: 'the chunked body is cut short', once: true, behaviour: cutShortInChunks(second), reason: /closed/ },
  { title: 'the body does not end', once: true, behaviour: endless(second), reason: /over 1048576 bytes/ },
  {
    title: 'a sign-in page answers',
    once: true,
    behaviour: answeringWith(second, { 'Content-Type': 'text/html' }),
    reason: /text\/html/,
  },
  {
    title: 'the hash is of something else',
    behaviour: answeringWith(second, { ETag: `"${sha256('')}"` }),
    reason: /SHA-256/,
  },
  { title: 'there is no hash', once: true, behaviour: answeringWith(second, { ETag: '' }), reason: /no ETag/ },
  {
    title: 'there is no revision',
    once: true,
    behaviour: answeringWith(second, { 'Pinward-Revision': '' }),
    reason: /no Pinward-Rev/,
  },
  {
    title: 'the revision is lower',
    behaviour: answering({ ...second, revision: 40 }),
    reason: /older revision, 40 after 41/,
  },
  { title: 'the body is empty', once: true, behaviour: answering({ ...second, body: '' }), reason: /not a whole/ },
  {
    title: 'the JSON is half',
    once: true,
    behaviour: answering({ ...second, body: '{"env":{\n' }),
    reason: /not a whole/,
  },
  {
    title: 'the server redirects',
    once: true,
    behaviour: refusing(302, {}, { Location: '/elsewhere' }),
    reason: /302 to .elsewhere/,
  },
  { title: 'the token file is gone', once: true, config: { token_file: '/nowhere' }, reason: /could not get a token/ },
  {
    title: 'the token command fails',
    once: true,
    config: { token_command: 'false' },
    reason: /could not get a token from false/,
  },
];

for (const shell of shells.keys()) {
  describe(`pinward in ${shell}`, {
    concurrency: 3,
    skip: hasTool(shell) ? false : `${shell} is not installed`,
  }, () => {
    const onlyInDash = shell === 'dash' ? false : 'one shell shows it';

    it('applies what the server answers to the first login', async () => {
      using machine = newMachine(shell);
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

    it('puts back a file that was deleted or altered', async () => {
      using machine = newMachine(shell);
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

    describe('keeps the good file and says why when', { concurrency: 1 }, () => {
      let machine: Machine;
      let server: FaultyServer;
      before(async () => {
        machine = newMachine(shell);
        server = await startServer(answering(first));
        machine.configure({ server: server.url });
        assert.equal((await machine.run(['login'])).code, 0);
      });
      after(async () => {
        machine[Symbol.dispose]();
        await server[Symbol.asyncDispose]();
      });
      for (const { title, behaviour, config, reason, once } of failures) {
        if (once && shell !== 'dash') continue;
        it(title, async () => {
          machine.configure({ server: server.url, ...config });
          if (behaviour) server.behave(behaviour);
          const login = await machine.run(['login']);
          assert.equal(login.code, 0);
          assert.match(login.err, reason);
          assert.match(machine.read(state), reason);
          assert.equal(machine.read(fragment), first.body);
          assert.deepEqual(leftovers(machine), []);
        });
      }
    });

    it('fails and applies nothing when the first login finds no server', async () => {
      using machine = newMachine(shell);
      machine.configure({ server: 'http://localhost:1' });
      const login = await machine.run(['login']);
      assert.equal(login.code, 1);
      assert.match(login.err, /nothing is applied; check server and token in .*agent\.conf, then run: pinward login/);
      assert.ok(!existsSync(machine.path('etc/claude-code')));
      const status = await machine.run(['status']);
      assert.deepEqual([status.code, /applied +nothing/.test(status.out)], [1, true]);
    });

    it('asks in a refresh only when Pinward-Poll-After has passed', async () => {
      using machine = newMachine(shell);
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

    it('leaves a server alone for as long as Retry-After says', { skip: onlyInDash }, async () => {
      using machine = newMachine(shell);
      await using server = await startServer(refusing(429, {}, { 'Retry-After': '100' }));
      machine.configure({ server: server.url });
      await machine.run(['login']);
      await machine.run(['refresh']);
      assert.equal(server.asked.length, 1);
    });

    it('hands exports to a shell with their values intact', async () => {
      using machine = newMachine(shell);
      await using server = await startServer(answering(exports));
      machine.configure({ server: server.url });
      const { code, out } = await machine.run(['env']);
      assert.deepEqual([code, out], [0, exports.body]);
      const read = 'eval "$1"; printf %s "$ODD" && [ "$BLANK" = "" ]';
      assert.equal(spawnSync('sh', ['-c', read, 'sh', out]).stdout.toString(), 'it\'s $HOME "and" `more`  \\n');
      server.behave(refusing(500, {}));
      assert.equal((await machine.run(['env'])).out, exports.body);
    });

    it('prints no exports and lets the shell start when it has none', { skip: onlyInDash }, async () => {
      using machine = newMachine(shell);
      machine.configure({ server: 'http://localhost:1' });
      const { code, out, err } = await machine.run(['env']);
      assert.deepEqual([code, out], [0, '']);
      assert.match(err, /no pins yet: .*connect/);
    });

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

    it('gives Claude Code its first policy, and an empty object when there is none', async () => {
      using machine = newMachine(shell);
      await using server = await startServer(refusing(500, {}));
      machine.configure({ server: server.url });
      assert.deepEqual(await machine.run(['helper']), { code: 0, out: '{}\n', err: '' });
      server.behave(answering(envelope));
      assert.deepEqual(await machine.run(['helper']), { code: 0, out: envelope.body, err: '' });
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

    it('answers Claude Code also when the configuration is wrong or missing', async () => {
      using machine = newMachine(shell);
      assert.deepEqual(await machine.run(['helper']), { code: 0, out: '{}\n', err: '' });
      machine.configure({ sever: 'https://typo.example' });
      assert.deepEqual(await machine.run(['helper']), { code: 0, out: '{}\n', err: '' });
      assert.deepEqual((await machine.run(['env'])).out, '');
      const login = await machine.run(['login']);
      assert.equal(login.code, 2);
      assert.match(login.err, /unknown key in .*: sever/);
    });

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
      const logins = await Promise.all(Array.from({ length: shell === 'dash' ? 8 : 4 }, () => machine.run(['login'])));
      assert.deepEqual(new Set(logins.map(({ code }) => code)), new Set([0]));
      assert.equal(machine.read(fragment), `{"revision":${revision}}\n`);
      assert.deepEqual(leftovers(machine), []);
    });

    for (const delivery of shell === 'dash' ? ['fragment', 'shell', 'helper'] : ['helper']) {
      it(`installs for ${delivery} and uninstalls without a trace`, async () => {
        using machine = newMachine(shell);
        await using server = await startServer((request, response) => {
          answering(request.url?.includes('.sh') ? exports : first)(request, response);
        });
        write(machine.path('etc/claude-code/managed-settings.d/10-other.json'), '{}\n');
        const found = machine.files();
        const args = ['install', '--server', server.url, '--delivery', delivery, '--machine', 'm-2', '--token-stdin'];
        const install = await machine.run(args, { input: `${token}\n` });
        assert.deepEqual([install.code, install.err], [0, '']);
        assert.equal(/eval "\$\(pinward env\)"/.test(install.out), delivery === 'shell');
        assert.equal(statSync(machine.path('etc/pinward/token')).mode & 0o777, 0o600);
        assert.equal(machine.read('usr/local/bin/pinward'), readFileSync(script, 'utf8'));
        assert.equal(server.asked[0]?.headers.authorization, `Bearer ${token}`);
        assert.equal((await machine.run(['status'])).code, 0);
        if (delivery === 'helper') await checkHelper(machine);
        assert.equal((await machine.run(['uninstall'])).code, 0);
        assert.deepEqual(machine.files(), found);
      });
    }
  });
}

async function checkHelper(machine: Machine): Promise<void> {
  const { policyHelper } = JSON.parse(machine.read(fragment));
  assert.deepEqual(policyHelper, {
    path: '/usr/local/bin/pinward-helper',
    timeoutMs: 10_000,
    refreshIntervalMs: 300_000,
  });
  const wrapper = machine.path(policyHelper.path);
  assert.equal(spawnSync(wrapper, ['--root', machine.root]).stdout.toString(), first.body);
  rmSync(machine.path('usr/local/bin/pinward'));
  assert.equal(spawnSync(wrapper).stdout.toString(), '{}\n');
}
