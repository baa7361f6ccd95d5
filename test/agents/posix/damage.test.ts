/** An agent that is killed, a reader during an update, a full disk: the applied file is always complete and never older. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import {
  finished,
  fragment,
  isRoot,
  leftovers,
  lock,
  newMachine,
  type Run,
  script,
  shells,
  whyNot,
  write,
} from './machine.ts';
import { answering, first, second, startServer } from './server.ts';

describe('pinward on a bad day', { concurrency: 4 }, () => {
  it('survives kill -9 at every step of a write', async () => {
    const kills = await Promise.all(Array.from({ length: lanes }, (_, lane) => killAtSteps(lane + 1)));
    const all = kills.reduce((sum, count) => sum + count, 0);
    assert.ok(all > 6, `${all} kills`);
  });

  it('does not fall back to an older revision after it was killed between two steps', async () => {
    using machine = newMachine();
    await using server = await startServer(answering(second));
    machine.configure({ server: server.url });
    const killing = `case $3 in *.json) kill -9 "$(readlink '${machine.path(lock)}')" ;; *) exec /bin/mv "$@" ;; esac`;
    write(machine.path('bin/mv'), `#!/bin/sh\n${killing}\n`, 0o755);
    const PATH = `${machine.path('bin')}:${process.env['PATH']}`;
    assert.equal((await machine.run(['login'], { env: { PATH } })).code, null);
    server.behave(answering(first));
    assert.match((await machine.run(['login'])).err, /older revision, 41 after 42/);
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
    } while ((await Promise.race([logins, setTimeout(1)])) !== 'done');
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
});

describe('pinward says why a write failed', { concurrency: 4, skip: noMounts() }, () => {
  const fill = 'i=0; while [ $i -lt 40 ] && (: >$folder/fill$i); do i=$((i + 1)); done 2>/dev/null';

  for (const shell of shells.keys()) {
    it(`for want of an inode, in ${shell}, and goes on when there is one`, { skip: whyNot(shell) }, async () => {
      const { out, err } = await inNamespace(
        shell,
        'var/lib/pinward',
        (agent) => `mount -t tmpfs -o nr_inodes=12 none $folder && ${agent} login && ${fill}
          rm $folder/fill1; ${agent} login; echo "exit $?"; ${agent} status; rm $folder/fill*; ${agent} login`,
      );
      assert.match(out, /revision 41 is applied: .*\nexit 0\n(?:.*\n)*revision 42 is applied/);
      assert.match(err, /could not (?:write in|make) .*: No space left on device\n.*revision 41 stays in place/);
      assert.doesNotMatch(err, /cannot create|can't create|cannot open/);
    });
  }

  for (const [why, mount, reason] of [
    ['is a mount of its own', 'mount --bind $file $file', 'Device or resource busy'],
    ['is read-only', 'mount --bind $folder $folder && mount -o remount,bind,ro $folder', 'Read-only file system'],
  ] as const) {
    it(`where the file ${why}`, async () => {
      const { out, err } = await inNamespace(
        'dash',
        'etc/claude-code/managed-settings.d',
        (agent) => `${agent} login && ${mount} && ${agent} login; echo "exit $?"; ${agent} status`,
      );
      assert.match(err, new RegExp(`^pinward: could not write [^:]+: ${reason}\n.*revision 41 stays in place.*\n$`));
      assert.match(out, new RegExp(`exit 0\n(?:.*\n)*last error .*: ${reason}`));
    });
  }
});

/** Runs steps as root where they may mount. The server has a newer revision at each poll. */
async function inNamespace(shell: string, folder: string, steps: (agent: string) => string): Promise<Run> {
  using machine = newMachine();
  let revision = 40;
  await using server = await startServer((request, response) => {
    revision = Math.min(revision + 1, 42);
    answering({ revision, body: `{"revision":${revision}}\n` })(request, response);
  });
  machine.configure({ server: server.url });
  write(machine.path(`${folder}/.keep`), '');
  const agent = `${shells.get(shell)?.join(' ')} '${script}' --root '${machine.root}'`;
  const env = {
    ...process.env,
    folder: machine.path(folder),
    file: machine.path(fragment),
    CLAUDE_CODE_VERSION: '2.1.331',
  };
  return await finished(spawn('unshare', ['-m', 'sh', '-c', steps(agent)], { env }));
}

/** The number of machines that share the steps, to save time. */
const lanes = 3;

/** Kills an agent at each step of this lane. After each kill, the next agent has to repair the machine. */
async function killAtSteps(lane: number): Promise<number> {
  using machine = newMachine();
  await using server = await startServer(answering(first));
  machine.configure({ server: server.url });
  await machine.run(['login']);
  const PATH = `${machine.path('bin')}:${process.env['PATH']}`;
  for (const tool of ['cat', 'mv']) write(machine.path(`bin/${tool}`), killingTool(tool), 0o755);
  let kills = 0;
  for (let step = lane; step < 100; step += lanes) {
    const next = { revision: first.revision + step, body: `{"revision":${first.revision + step}}\n` };
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
  return kills;
}

/** A tool that counts STEPS down. At 0 it does half of its work and kills the agent that holds the lock. */
function killingTool(tool: string): string {
  return `#!/bin/sh
left=$(($(/bin/cat "$STEPS") - 1))
echo "$left" >"$STEPS"
[ "$left" -eq 0 ] || exec /bin/${tool} "$@"
[ ${tool} != cat ] || head -c 10
cd "$(dirname "$STEPS")" && kill -9 "$(readlink ${lock})"
`;
}

function noMounts(): string | false {
  if (!isRoot) return 'needs root to mount a small disk';
  return spawnSync('unshare', ['-m', 'true']).status === 0 ? false : 'may not make a mount namespace';
}
