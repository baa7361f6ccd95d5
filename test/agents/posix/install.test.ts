/** Installing, uninstalling, and the use of the command line. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { it } from 'node:test';
import { fragment, inEveryShell, isRoot, type Machine, newMachine, oneShell, script, token, write } from './machine.ts';
import { answering, exports, first, startServer } from './server.ts';

const unreadable: readonly (readonly [string, (config: string) => void, RegExp])[] = [
  [
    'others may write',
    (config) => chmodSync(config, 0o666),
    /nothing was removed: somebody else than root may write .*agent\.conf.*chown root/,
  ],
  [
    'is a folder',
    (config) => {
      rmSync(config);
      mkdirSync(config);
    },
    /nothing was removed: .*agent\.conf is not a file/,
  ],
];

inEveryShell(
  'pinward install',
  (shell) => {
    for (const delivery of shell === oneShell ? ['fragment', 'shell', 'helper'] : ['helper']) {
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
        assert.equal(/eval "\$\(pinward --root \S+ env\)"/.test(install.out), delivery === 'shell');
        assert.equal(statSync(machine.path('etc/pinward/token')).mode & 0o777, 0o600);
        assert.equal(machine.read('usr/local/bin/pinward'), readFileSync(script, 'utf8'));
        assert.equal(server.asked[0]?.headers.authorization, `Bearer ${token}`);
        assert.equal((await machine.run(['status'])).code, 0);
        if (delivery === 'helper') await checkHelper(machine);
        assert.equal((await machine.run(['uninstall'])).code, 0);
        assert.deepEqual(machine.files(), found);
      });
    }
  },
  () => {
    it('removes no folder in whose place it was told to write', async () => {
      using machine = newMachine();
      await using server = await startServer(answering(first));
      for (const folder of ['home/precious', 'usr/local/bin/pinward']) {
        write(machine.path(`${folder}/file`), 'precious');
        const options = folder.startsWith('home') ? ['--config', machine.path(folder)] : [];
        const install = await machine.run([...options, 'install', '--server', server.url, '--machine', 'm-2']);
        assert.notEqual(install.code, 0);
        assert.equal(machine.read(`${folder}/file`), 'precious');
      }
    });

    it('leaves no temporary file of an install that was killed, such as the token', async () => {
      using machine = newMachine();
      await using server = await startServer(answering(first));
      const left = ['etc/pinward/.token.', 'etc/pinward/.agent.conf.', 'etc/pinward/.made.', 'usr/local/bin/.pinward.'];
      left.push('etc/pinward/keys/.0123456789abcdef.pem.', 'usr/local/bin/.pinward-helper.');
      const args = ['install', '--server', server.url, '--machine', 'm-2', '--token-stdin'];
      for (const file of left) write(machine.path(`${file}aB3xYz`), token);
      assert.equal((await machine.run(args, { input: `${token}\n` })).code, 0);
      assert.ok(!machine.files().some((name) => left.slice(0, 4).some((start) => name.startsWith(start))));
      for (const file of left) write(machine.path(`${file}aB3xYz`), token);
      assert.equal((await machine.run(['uninstall'])).code, 0);
      assert.ok(!machine.files().some((name) => name.endsWith('aB3xYz')));
    });

    for (const [why, spoil, reason] of unreadable) {
      it(`removes nothing by a configuration that ${why}`, { skip: isRoot ? false : 'needs root' }, async () => {
        using machine = newMachine();
        await using server = await startServer(answering(first));
        machine.configure({ server: server.url, settings_dir: '/srv/settings', state_dir: '/srv/state' });
        await machine.run(['refresh']);
        spoil(machine.path('etc/pinward/agent.conf'));
        const found = machine.files();
        const { code, err } = await machine.run(['uninstall']);
        assert.equal(code, 1);
        assert.match(err, reason);
        assert.deepEqual(machine.files(), found);
      });
    }

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
  },
);

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
