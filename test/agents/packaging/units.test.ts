// Verifies the units with systemd-analyze, and runs the agent within the limits of the system unit.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { isMissing } from '../../support/needs.ts';
import { finished, fragment, isRoot, newMachine, script, write } from '../posix/machine.ts';
import { answering, first, startServer } from '../posix/server.ts';
import { agents, read } from './files.ts';

describe('by systemd-analyze', { skip: isMissing('systemd-analyze') }, () => {
  for (const scope of ['system', 'user'] as const) {
    test(`the units for ${scope} are right`, () => {
      assert.deepEqual(verified(scope, read(`infra/agents/systemd/${scope}/pinward.service`)), [0, '']);
    });

    test(`a misspelt line in the unit for ${scope} is found out`, () => {
      const unit = read(`infra/agents/systemd/${scope}/pinward.service`);

      assert.match(
        verified(scope, unit.replace('NoNewPrivileges', 'NoNewPrivilege'))[1],
        /Unknown key.* 'NoNewPrivilege'/,
      );
    });
  }

  test('the unit for the system is exposed to little', () => {
    using folder = newFolder();
    writeFileSync(join(folder.path, 'pinward.service'), read('infra/agents/systemd/system/pinward.service'));
    const args = ['security', '--offline=true', '--threshold=25', './pinward.service'];
    const { status, stdout } = spawnSync('systemd-analyze', args, { cwd: folder.path, encoding: 'utf8' });

    assert.equal(status, 0, stdout);
  });
});

describe('within the limits of the unit for the system', { skip: isRoot ? false : 'only root can set them' }, () => {
  test('the agent needs to write only where the unit lets it, and reads homes that others may not enter', async () => {
    using machine = newMachine();
    await using server = await startServer(answering(first));
    machine.configure({ server: server.url });
    write(machine.path('home/ada/.local/share/claude/versions/2.1.137'), '');
    for (const folder of ['home', 'home/ada']) chmodSync(machine.path(folder), 0o700);
    for (const folder of ['home', 'home/ada']) chownSync(machine.path(folder), 65_534, 65_534);
    const writable = writableIn(read('infra/agents/systemd/system/pinward.service'));
    assert.deepEqual(writable, ['/etc/claude-code', '/var/lib/pinward']);

    assert.deepEqual(await within(machine.root, writable), { code: 0, err: '' });
    assert.equal(readFileSync(machine.path(fragment), 'utf8'), first.body);
    assert.equal(server.asked[0]?.query.get('cli'), '2.1.137');
  });

  test('it could not do with less: each of the two folders is needed', async () => {
    await using server = await startServer(answering(first));
    for (const folder of ['/etc/claude-code', '/var/lib/pinward']) {
      using machine = newMachine();
      machine.configure({ server: server.url });

      assert.notEqual((await within(machine.root, [folder])).code, 0, folder);
    }
  });
});

/** Exit code and messages of systemd-analyze for a service with its timer and the agent. */
function verified(scope: 'system' | 'user', unit: string): readonly [number | null, string] {
  using folder = newFolder();
  const agent = join(folder.path, 'pinward');
  cpSync(script, agent);
  const placed = unit.replace('/usr/local/bin/pinward', agent);
  assert.notEqual(placed, unit);
  writeFileSync(join(folder.path, 'pinward.service'), placed);
  cpSync(join(agents, `systemd/${scope}/pinward.timer`), join(folder.path, 'pinward.timer'));
  const args = [`--${scope}`, '--man=no', 'verify', './pinward.service', './pinward.timer'];
  const env = { ...process.env, XDG_RUNTIME_DIR: folder.path };
  const { status, stderr } = spawnSync('systemd-analyze', args, { cwd: folder.path, encoding: 'utf8', env });
  return [status, stderr];
}

/** The folders that a unit with ProtectSystem=strict leaves writable, without its private /tmp. */
function writableIn(unit: string): readonly string[] {
  assert.match(unit, /^ProtectSystem=strict$/m);
  assert.match(unit, /^CapabilityBoundingSet=CAP_DAC_READ_SEARCH$/m);
  assert.match(unit, /^ProtectHome=read-only$/m);
  const values = (key: string) => [...unit.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value = '']) => value);
  return [...values('ReadWritePaths'), ...values('StateDirectory').map((name) => `/var/lib/${name}`)];
}

/** Logs in with the one capability of the unit, and with a root that is read-only except for these folders. */
async function within(root: string, writable: readonly string[]): Promise<{ code: number | null; err: string }> {
  const folders = writable.map((folder) => join(root, folder));
  for (const folder of ['etc/claude-code', 'var/lib/pinward']) mkdirSync(join(root, folder), { recursive: true });
  const confine = [
    'root=$1 agent=$2 && shift 2 && mount --bind "$root" "$root"',
    'for folder do mount --bind "$folder" "$folder"; done && mount -o remount,bind,ro "$root"',
    'exec setpriv --bounding-set=-all,+dac_read_search --inh-caps=-all,+dac_read_search --no-new-privs sh "$agent" --root "$root" login',
  ].join(' && ');
  const { code, err } = await finished(spawn('unshare', ['-m', 'sh', '-c', confine, 'sh', root, script, ...folders]));
  return { code, err };
}

function newFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'pinward-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
