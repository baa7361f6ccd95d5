// The agent and install.sh with the programs of a Mac: from installing to removing, as root and as a user.

import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { bodyOf, honest, startWorld, type World } from '../../contracts/agent/faulty-server.ts';
import { isMissing } from '../../support/needs.ts';
import { parsePlist } from '../packaging/files.ts';
import { isRoot, token } from '../posix/machine.ts';
import { folder, makeMac, runOnMac } from './mac.ts';

const settings = '/Library/Application Support/ClaudeCode/managed-settings.d/50-pinward.json';
const plist = parsePlist('infra/agents/launchd/pinward.daemon.plist');
const skip = isMissing('original-awk') || isMissing('bash') || (isRoot ? false : 'only root can mount');

/** Forms that Linux has and macOS has not. */
const planted = [
  'readlink -f /x',
  'date +%s%N',
  'date -d yesterday +%s',
  'stat -c %U /',
  'sed -i s/a/b/ /x',
  "sed 's/a\\+/b/' /x",
  "sed -n '/x/{p}' /x",
  'sed --quiet p /x',
  'grep -P x /x',
  "grep 'a\\|b' /x",
  'mktemp --suffix=.txt',
  'mktemp /tmp/x.XXXXXX.txt',
  'head -n -1 /x',
  'cp --parents /x /y',
  'cp /x /y -r',
  'base64 -w 0 /x',
  'find -name x',
  'find / -printf x',
  'xargs -r echo',
  'touch -d yesterday /x',
  'sort -V /x',
  'chmod --reference=/x /y',
  'dd if=/x bs=1M',
  'wc --bytes /x',
];
const missing = ['sha256sum /x', 'timeout 5 true', 'tac /x', 'realpath /x', 'systemctl status', 'md5sum /x'];

describe('on a Mac', { skip }, () => {
  test("root's agent is installed, run by launchd's words and removed without a trace", async () => {
    using mac = newMac();
    await using world = await startWorld(Date.now());
    world.behave(honest(world, world.held));
    const { ProgramArguments, EnvironmentVariables } = plist;
    const path = Object(EnvironmentVariables).PATH;
    mac.give('key.pem', world.key.pem);
    const run = await mac.run(`
      cd '${folder}/posix'
      pinward() { /usr/local/bin/pinward "$@"; }
      ${install(world)} && launchctl print system/pinward.daemon
      cat '${settings}'
      rm '${settings}'
      env -i PATH=${path} ${String(ProgramArguments).split(',').slice(0, 2).join(' ')}
      pinward login && cat '${settings}'
      pinward status
      pinward env && pinward helper
      pinward doctor --offline || echo "doctor $?"
      pinward doctor --json >/dev/null || echo "doctor $?"
      ${install(world)} --delivery helper && /usr/local/bin/pinward-helper
      ${install(world)} --delivery shell && pinward env
      sh install.sh --bundle --server ${world.server.url} --token-file /mnt/token >/mnt/bundle.sh
      sh /mnt/bundle.sh
      sh install.sh --remove`);

    assert.deepEqual([run.code, run.left], [0, []], run.err);
    assert.doesNotMatch(run.err, /not found/);
    assert.deepEqual(
      run.refused.filter((line) => !isProbe(line)),
      [],
    );
    const applied = `revision 42 is applied: ${settings}`;
    for (const text of [
      '/Library/LaunchDaemons/pinward.daemon.plist',
      applied,
      'as fetched',
      `by ${world.key.id}; trusted: ${world.key.id}`,
    ])
      assert.ok(run.out.includes(text), text);
    for (const format of ['settings.json', 'sh', 'helper.json'] as const)
      assert.ok(run.out.includes(bodyOf(world.held, format)));
  });

  test("a user's agent polls, tells and is removed", async () => {
    using mac = newMac();
    await using world = await startWorld(Date.now());
    world.behave(honest(world, world.held));
    const run = await mac.run(`
      mkdir -p /Users/ada/.config/pinward && cp '${folder}/posix/pinward.sh' /Users/ada/pinward
      printf 'server=${world.server.url}\\ntoken_file=/Users/ada/.config/pinward/token\\ndelivery=shell\\n' >/Users/ada/.config/pinward/agent.conf
      cp /mnt/token /Users/ada/.config/pinward/token && chown -R 501:20 /Users/ada
      as_ada() { env -i PATH=/usr/bin:/bin:/usr/sbin:/sbin HOME=/Users/ada /gnu/setpriv --reuid 501 --regid 20 --clear-groups sh /Users/ada/pinward "$@"; }
      as_ada refresh && as_ada env && as_ada status
      as_ada doctor || echo "doctor $?"
      as_ada uninstall
      rm -r /Users`);

    assert.deepEqual([run.code, run.left], [0, []], run.err);
    assert.deepEqual(
      run.refused.filter((line) => !isProbe(line)),
      [],
    );
    assert.ok(run.out.includes(bodyOf(world.held, 'sh')));
    assert.match(run.out, /^applied +revision 42, as fetched/m);
  });

  test('what only Linux knows is found, wherever it stands', async () => {
    using mac = newMac((agent) =>
      agent.replace('\nprint_status() {\n', (begin) => `${begin}${[...planted, ...missing].join('\n')}\n`),
    );
    const run = await mac.run(`sh '${folder}/posix/pinward.sh' status || :`);

    assert.deepEqual(
      run.refused.map((line) => line.replaceAll(/['"]/g, '')),
      planted.map((line) => line.replaceAll(/['"]/g, '')),
      run.err,
    );
    for (const line of missing) assert.match(run.err, new RegExp(`${line.split(' ')[0]}: command not found`));
  });
});

/** What the agent tries first, and does otherwise where it is refused. */
function isProbe(line: string): boolean {
  return /^date -u -d @\d+ \+\S+$/.test(line);
}

function install({ server, organisation }: World): string {
  return `sh install.sh --server ${server.url} --token-file /mnt/token --organisation ${organisation} --key /mnt/key.pem`;
}

function newMac(edit?: (agent: string) => string) {
  const given = mkdtempSync(join(tmpdir(), 'pinward-mac-'));
  chmodSync(given, 0o755);
  makeMac(given, edit);
  writeFileSync(join(given, 'token'), `${token}\n`);
  return {
    give: (name: string, text: string) => writeFileSync(join(given, name), text),
    run: async (script: string) => await runOnMac(given, script),
    [Symbol.dispose]: () => rmSync(given, { recursive: true }),
  };
}
