/**
 * The agent on developer machines, run as a real process against a server that fails in every way we know of. What holds
 * throughout: the applied file is whole and the newest good one, and neither shells nor Claude Code are kept from starting.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { lutimes, readFile, symlink } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import {
  finished,
  fragment,
  hasTool,
  type Machine,
  newMachine,
  script,
  shells,
  token,
  until,
  write,
} from './machine.ts';
import {
  type Answer,
  answering,
  answeringWith,
  type Behaviour,
  cutShort,
  cutShortInChunks,
  endless,
  holding,
  refusing,
  sha256,
  startServer,
} from './server.ts';

const first: Answer = { revision: 41, body: '{"env":{"ANTHROPIC_DEFAULT_OPUS_MODEL":"claude-opus-4-7"}}\n' };
const second: Answer = { revision: 42, body: '{"env":{"ANTHROPIC_DEFAULT_OPUS_MODEL":"claude-opus-4-8"}}\n' };
const exports: Answer = { revision: 41, body: "export ODD='it'\\''s $HOME \"and\" `more`  \\n'\nexport BLANK=''\n" };
const envelope: Answer = { revision: 41, body: '{"managedSettings":{"env":{}}}\n' };
const due = { 'Pinward-Poll-After': '0' };
const state = 'var/lib/pinward/pins.settings.json.state';
const isRoot = process.getuid?.() === 0;

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
    concurrency: 2,
    skip: hasTool(shell) ? false : `${shell} is not installed`,
  }, () => {
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
      const machine = newMachine(shell);
      const starting = startServer(answering(first));
      before(async () => {
        machine.configure({ server: (await starting).url });
        assert.equal((await machine.run(['login'])).code, 0);
      });
      after(async () => {
        machine[Symbol.dispose]();
        await (await starting)[Symbol.asyncDispose]();
      });
      for (const { title, behaviour, config, reason, once } of failures) {
        if (once && shell !== 'dash') continue;
        it(title, async () => {
          const server = await starting;
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

    it('leaves a server alone for as long as Retry-After says', async () => {
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

    it('prints no exports and lets the shell start when it has none', async () => {
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

describe('pinward', { concurrency: 2 }, () => {
  it('says how it is used', async () => {
    using machine = newMachine();
    for (const args of [['--help'], ['help']]) assert.match((await machine.run(args)).out, /^usage: pinward/);
    assert.match((await machine.run(['--version'])).out, /^pinward \d+\.\d+\.\d+\n$/);
  });

  const mistakes: readonly (readonly [string[], RegExp])[] = [
    [[], /usage: pinward/],
    [['logon'], /unknown command logon/],
    [['login', '--fast'], /unknown option --fast/],
    [['login', 'status'], /not both login and status/],
    [['login', '--config'], /--config needs a value/],
    [['login', '--server', 'https://x'], /--server belongs to: pinward install/],
    [['install'], /names no server/],
    [['install', '--server', 'http://pinward.example'], /must be https/],
    [['install', '--server', 'http://localhost@evil.example'], /do not belong in an address/],
    [['install', '--server', 'http://localhost.evil.example'], /must be https/],
    [['install', '--server', 'file:///etc/passwd'], /must be https/],
    [['install', '--server', 'https://x', '--machine', 'a b'], /other characters than letters/],
    [['install', '--server', 'https://x', '--machine', 'm'.repeat(129)], /more than 128 characters/],
    [['install', '--server', 'https://x', '--delivery', 'pigeon'], /delivery is fragment, shell or helper/],
    [['install', '--server', 'https://x', '--token-file', '/nowhere'], /could not read the token/],
  ];
  for (const [args, message] of mistakes) {
    it(`refuses "pinward ${args.join(' ').slice(0, 60)}" and writes nothing`, async () => {
      using machine = newMachine();
      const { code, err } = await machine.run(args);
      assert.equal(code, 2);
      assert.match(err, message);
      assert.deepEqual(machine.files(), []);
    });
  }

  it('never shows its token to a process list', async () => {
    using machine = newMachine();
    const held = holding(first);
    await using server = await startServer(held.behaviour);
    machine.configure({ server: server.url });
    const login = machine.run(['login']);
    await until(held.isAsked);
    const commands = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(commandLine);
    assert.ok(commands.some((command) => command.includes(server.url)));
    assert.deepEqual(
      commands.filter((command) => command.includes(token)),
      [],
    );
    held.release();
    const { out, err } = await login;
    assert.ok(!`${out}${err}${machine.read(state)}`.includes(token));
  });

  it("takes its token from a command, and Claude Code's version from Claude Code", async () => {
    using machine = newMachine();
    await using server = await startServer(answering(first));
    machine.configure({ server: server.url, token_command: 'printf "%s\\n" from-command' });
    write(machine.path('bin/claude'), '#!/bin/sh\necho "2.1.400 (Claude Code)"\n', 0o755);
    const PATH = `${machine.path('bin')}:${process.env['PATH']}`;
    await machine.run(['login'], { env: { CLAUDE_CODE_VERSION: '', PATH } });
    assert.equal(server.asked[0]?.headers.authorization, 'Bearer from-command');
    assert.equal(server.asked[0]?.query.get('cli'), '2.1.400');
  });

  it('needs no more than curl and plain tools', async () => {
    using machine = newMachine();
    await using server = await startServer(answering(first));
    machine.configure({ server: server.url });
    const PATH = machine.path('bin');
    write(`${PATH}/.keep`, '');
    for (const tool of plainTools) symlinkSync(pathOf(tool), `${PATH}/${tool}`);
    const { code, err } = await machine.run(['login'], { shell: pathOf('dash'), env: { PATH } });
    assert.deepEqual([code, err], [0, '']);
    assert.equal(machine.read(fragment), first.body);
    server.behave(answering({ ...second, body: '{"env":{\n' }));
    const half = await machine.run(['login'], { shell: pathOf('dash'), env: { PATH } });
    assert.match(half.err, /not a whole/);
  });

  it('survives kill -9 at every step of a write', async () => {
    using machine = newMachine();
    await using server = await startServer(answering(first));
    machine.configure({ server: server.url });
    await machine.run(['login']);
    const PATH = `${machine.path('bin')}:${process.env['PATH']}`;
    for (const tool of ['cat', 'mv']) write(machine.path(`bin/${tool}`), killingTool(tool), 0o755);
    let revision = first.revision;
    let kills = 0;
    for (let step = 1; step < 100; step += 1) {
      revision += 1;
      const next = { revision, body: `{"revision":${revision}}\n` };
      const old = machine.read(fragment);
      server.behave(answering(next));
      write(machine.path('steps'), `${step}\n`);
      const killed = await machine.run(['login'], { env: { PATH, STEPS: machine.path('steps') } });
      assert.ok([old, next.body].includes(machine.read(fragment)), `step ${step}`);
      if (killed.code === 0) break;
      kills += 1;
      assert.equal((await machine.run(['login'])).code, 0, `step ${step}`);
      assert.equal(machine.read(fragment), next.body);
      assert.deepEqual(leftovers(machine), []);
    }
    assert.ok(kills > 6, `${kills} kills`);
  });

  it('does not fall back to an older revision after it was killed between two steps', async () => {
    using machine = newMachine();
    await using server = await startServer(answering(second));
    machine.configure({ server: server.url });
    write(machine.path('steps'), '4\n');
    write(
      machine.path('bin/mv'),
      killingTool('mv').replace('left=', 'grep -q floor "$3" || exec /bin/mv "$@"; left='),
      0o755,
    );
    await machine.run(['login']);
    server.behave(answering(first));
    assert.match((await machine.run(['login'])).err, /older revision, 41 after 42/);
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

  it('never lets a reader see a part of the file', async () => {
    using machine = newMachine();
    let revision = 0;
    await using server = await startServer((request, response) => {
      revision += 1;
      answering({ revision, body: `{"${'x'.repeat(100_000)}":${revision}}\n` })(request, response);
    });
    machine.configure({ server: server.url });
    await machine.run(['login']);
    const logins = (async () => {
      for (let round = 0; round < 6; round += 1) await machine.run(['login']);
      return 'done';
    })();
    const seen = new Set<number>();
    do {
      const text = await readFile(machine.path(fragment), 'utf8');
      assert.ok(text.endsWith('}\n'));
      for (const value of Object.values(JSON.parse(text))) seen.add(Number(value));
    } while ((await Promise.race([logins, setImmediate()])) !== 'done');
    assert.ok(seen.size > 3);
  });

  for (const folder of ['var/lib/pinward', 'etc/claude-code/managed-settings.d']) {
    it(`loses nothing when the disk under ${folder} is full`, { skip: noMounts() }, async () => {
      using machine = newMachine();
      let revision = 0;
      await using server = await startServer((request, response) => {
        revision += 1;
        answering({ revision, body: `{"${'x'.repeat(revision * 1000)}":1}\n` })(request, response);
      });
      machine.configure({ server: server.url });
      write(machine.path(`${folder}/.keep`), '');
      const agent = `dash '${script}' --root '${machine.root}'`;
      const steps = `mount -t tmpfs -o size=64k none '${machine.path(folder)}' && ${agent} login && cat '${machine.path(fragment)}'
        dd if=/dev/zero of='${machine.path(folder)}/big' 2>/dev/null; ${agent} login; echo "exit $?"
        cat '${machine.path(fragment)}'; ${agent} status
        rm '${machine.path(folder)}/big'; ${agent} login && cat '${machine.path(fragment)}'`;
      const { out } = await finished(spawn('unshare', ['-m', 'sh', '-c', steps]));
      const bodies = [...out.matchAll(/\{"(x+)":1\}/g)].map(([, filling]) => filling?.length);
      assert.deepEqual(bodies, [1000, 1000, 3000]);
      assert.match(out, /exit 0/);
      assert.match(out, /last error .*(?:No space left on device|disk full)/);
    });
  }

  it('lives on what root fetched when a user may not read the token', {
    skip: isRoot ? false : 'needs root',
  }, async () => {
    using machine = newMachine();
    await using server = await startServer(answering(envelope));
    machine.configure({ server: server.url, delivery: 'helper' });
    await machine.run(['login']);
    chmodSync(machine.path('etc/pinward/token'), 0o600);
    chmodSync(machine.root, 0o755);
    const agent = ['dash', script, '--root', machine.root];
    const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups', ...agent];
    assert.equal(spawnSync('setpriv', [...nobody, 'helper']).stdout.toString(), envelope.body);
    const status = spawnSync('setpriv', [...nobody, 'status']);
    assert.deepEqual([status.status, /revision 41, as fetched/.test(status.stdout.toString())], [0, true]);
    assert.equal(server.asked.length, 1);
  });

  it('passes shellcheck', { skip: hasTool('shellcheck') ? false : 'shellcheck is not installed' }, () => {
    const { status, stdout } = spawnSync('shellcheck', [script]);
    assert.equal(status, 0, stdout.toString());
  });
});

const lock = 'var/lib/pinward/pins.settings.json.lock';
const plainTools = [
  'awk',
  'cat',
  'chmod',
  'cmp',
  'curl',
  'cut',
  'date',
  'dd',
  'find',
  'grep',
  'head',
  'id',
  'ln',
  'mkdir',
];
plainTools.push('mktemp', 'mv', 'readlink', 'rm', 'sed', 'sleep', 'tail', 'tr', 'uname', 'wc');

/** A tool that counts STEPS down to nothing and then, half done, kills the agent whose lock it finds. */
function killingTool(tool: string): string {
  return `#!/bin/sh
left=$(($(/bin/cat "$STEPS") - 1))
echo "$left" >"$STEPS"
[ "$left" -eq 0 ] || exec /bin/${tool} "$@"
[ ${tool} != cat ] || head -c 10
cd "$(dirname "$STEPS")" && kill -9 "$(readlink ${lock})"
`;
}

function pathOf(tool: string): string {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', tool]).stdout.toString().trim();
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // gone meanwhile
  }
}

function noMounts(): string | false {
  if (!isRoot) return 'needs root to mount a small disk';
  return spawnSync('unshare', ['-m', 'true']).status === 0 ? false : 'may not make a mount namespace';
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

/** Locks, work folders and temporary files: there are none when no agent is at work. */
function leftovers(machine: Machine): string[] {
  return machine.files().filter((name) => /\.lock$|\/\.work\.|\/\.(?:50-)?(?:pins|pinward)\./.test(name));
}
