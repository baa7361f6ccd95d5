// One service at a time keeps its data in a folder, and a service that was killed is not taken for one that runs.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { findLocalService } from '../../functions/cli/data-folder/local-service.ts';
import { readTarget } from '../../functions/cli/read-target.ts';
import { startLocal } from '../../functions/local/service.ts';
import { execute } from '../support/open-sqlite.ts';
import { draft } from '../support/world.ts';
import { newFile, run } from './cli/command.ts';

describe('the folder of a local service', () => {
  test('takes no second service, which says who has it and leaves its address alone', async () => {
    const folder = newFolder();
    const first = await start(folder);
    const url = readFileSync(join(folder, 'url'), 'utf8');
    const { status, stderr } = spawnSync(process.execPath, [...words, folder], { encoding: 'utf8', timeout: 60_000 });
    const found = findLocalService(folder);
    first.kill('SIGTERM');
    await once(first, 'close');

    assert.equal(status, 1);
    assert.ok(
      stderr.startsWith(
        `Pinward did not start: another service has its data in ${folder}, which listens on ${url.trim()}. `,
      ),
      stderr,
    );
    assert.match(stderr, new RegExp(`kill ${first.pid}, or name another folder with --data`));
    assert.equal(found?.url, url.trim());
    assert.equal(existsSync(join(folder, 'url')), false);
  });

  test('is free again after its service was killed, whose address gets no token', async () => {
    const folder = newFolder();
    const killed = await start(folder);
    killed.kill('SIGKILL');
    await once(killed, 'close');
    const left = findLocalService(folder);
    const unnamed = readTarget({}, {}, left);
    const named = readTarget({ url: left?.url }, {}, left);
    const given = readTarget({ url: left?.url }, { PINWARD_TOKEN: 'given' }, left);
    const next = await startHere(folder);
    const found = findLocalService(folder);
    await next.close();

    assert.equal(left?.isRunning, false);
    for (const refused of [unnamed, named]) {
      assert.ok(!refused.ok);
      assert.match(refused.commandError.title, /^The service of this folder isn't running/);
      assert.match(refused.commandError.hint, /npm start/);
    }
    assert.equal(given.ok, true);
    assert.equal(found?.isRunning, true);
  });

  test('has the heads of its history with their key, so that the history can be checked', async () => {
    const folder = newFolder();
    const { url, adminToken: token, close } = await startHere(folder);
    const headers = { Authorization: `Bearer ${token}`, 'If-Match': '"0"', 'Content-Type': 'application/json' };
    const stated = await fetch(`${url}/v1/policy`, { method: 'PUT', headers, body: JSON.stringify(draft()) });
    const heads = join(folder, 'heads.jsonl');
    const whole = await run('verify-history', ['--heads', heads], { url, token });
    const keyless = await run('verify-history', ['--heads', newFile('heads.jsonl', readFileSync(heads, 'utf8'))], {
      url,
      token,
    });
    execute(join(folder, 'pinward.db'), "DELETE FROM document WHERE kind = 'event'");
    const cut = await run('verify-history', ['--heads', heads], { url, token });
    await close();

    assert.equal(stated.status, 200);
    assert.deepEqual([whole.status, keyless.status, cut.status], [0, 2, 1], whole.stderr + whole.stdout);
    assert.match(keyless.stderr, /^PINWARD_WRITERS is not set[\s\S]*name their file in its data folder/);
  });

  test('is free again after a start that failed', async () => {
    const folder = newFolder();
    const other = await startHere(newFolder());
    const port = Number(new URL(other.url).port);
    await assert.rejects(startHere(folder, port), /EADDRINUSE/);
    const next = await startHere(folder);
    await Promise.all([next.close(), other.close()]);
  });
});

const words = ['functions/local/start.ts', '--port', '0', '--data'];

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'pinward-'));
}

function startHere(dataFolder: string, port = 0) {
  const options = { port, dataFolder, slackUrl: null, emulators: null, project: null, garden: null };
  return startLocal({ ...options, write: () => undefined });
}

async function start(folder: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [...words, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  while (!output.includes('Ctrl-C stops')) await once(child.stdout, 'data');
  return child;
}
