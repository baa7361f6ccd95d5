// A local run says what is true, is found by the commands of admins, and keeps invented results apart from real ones.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { findLocalService } from '../../functions/cli/data-folder/local-service.ts';
import { readTarget } from '../../functions/cli/read-target.ts';
import { greeting } from '../../functions/local/greeting.ts';
import { type Local, startLocal } from '../../functions/local/service.ts';
import { keepWriterKey } from '../../shared/adapters/documents/folder-key.ts';
import { openSqlite } from '../../shared/adapters/sqlite.ts';
import { ok } from '../../shared/domain/fault.ts';
import { keysOfFile } from '../support/document-keys.ts';
import { execute } from '../support/open-sqlite.ts';
import { must } from '../support/stores.ts';
import { cell, matrix, revision } from '../support/world.ts';

describe('a local run', () => {
  test('fits its greeting in a terminal of 80 columns and 24 lines, with the address and the files of the tokens', () => {
    const people = { all: ['ada', 'grace'].map((name) => ({ name, email: `${name}@example.com` })) };
    const local = { url: 'http://127.0.0.1:8787', dataFolder: '.pinward', adminToken: 'x'.repeat(43), people };
    for (const over of [
      { policy: ok(null), isFirstStart: true },
      { policy: ok(12_345), isFirstStart: false },
    ]) {
      // Only what a greeting reads is here.
      const text = greeting({ ...local, ...over } as unknown as Local, { project: null, slackUrl: null });
      const lines = text.split('\n');

      assert.ok(lines.length <= 25, `${lines.length} lines`); // the last one is where the cursor stands
      assert.deepEqual(
        lines.filter((line) => line.length > 80),
        [],
      );
      assert.match(text, /http:\/\/127\.0\.0\.1:8787 .*\n[\s\S]*\.pinward\/admin-token/);
    }
  });

  test('lets the commands of admins find it, and leaves no address behind', async () => {
    const folder = newFolder();
    const dataFolder = join(folder, '.pinward');
    const options = { port: 0, dataFolder, slackUrl: null, emulators: null, project: null, garden: null };
    const local = await startLocal({ ...options, write: () => undefined });
    const found = findLocalService(dataFolder);
    const target = readTarget({}, {}, found);
    const elsewhere = readTarget({ url: 'https://pinward.example.com' }, {}, found);
    const other = readTarget({}, { PINWARD_TOKEN: 'of-another-service' }, found);
    await local.close();

    const token = readFileSync(join(folder, '.pinward/admin-token'), 'utf8').trim();
    assert.deepEqual(target, { ok: true, value: { url: `${local.url}/`, token } });
    assert.deepEqual(other, { ok: true, value: { url: `${local.url}/`, token: 'of-another-service' } });
    assert.equal(elsewhere.ok, false);
    assert.equal(findLocalService(dataFolder), null);
    writeFileSync(join(folder, '.pinward/url'), 'http://evil.test:80\n');
    assert.equal(findLocalService(dataFolder), null);
  });

  test('quotes the folder in what it prints, and names the project that it probes in the first policy', () => {
    const people = { all: [{ name: 'ada', email: 'ada@example.com' }] };
    const local = {
      url: 'http://127.0.0.1:8787',
      dataFolder: '/of Ada/it',
      adminToken: 'x',
      people,
      isFirstStart: false,
    };
    // Only what a greeting reads is here.
    const given = { ...local, policy: ok(null) } as unknown as Local;
    const text = greeting(given, { project: 'acme-claude', slackUrl: null });
    const commands = text.split('\n').filter((line) => /(?:curl|sh|--token-file|-H|export) .*\/of Ada/.test(line));

    assert.ok(commands.length >= 8, text);
    assert.deepEqual(
      commands.filter((line) => !/(?:@|cat |--root |--token-file )'\/of Ada\/it\/[a-z-]+'/.test(line)),
      [],
    );
    assert.match(text, /sed 's\/your-claude-project\/acme-claude\/' infra\/examples\/policy\.json \|\n +curl -X PUT/);
  });

  test('tells a policy that it can not read from one that is missing', async () => {
    const folder = newFolder();
    const store = openSqlite(join(folder, 'pinward.db'), keysOfFile(await keepWriterKey(folder, null)));
    const value = { revision: revision() };
    await must(store.commit([{ kind: 'published', id: 'current', expect: 'absent', value }]));
    await store.close();
    execute(join(folder, 'pinward.db'), "UPDATE document SET digest = 'forged' WHERE kind = 'published'");
    const options = { port: 0, dataFolder: folder, slackUrl: null, emulators: null, project: null, garden: null };
    const local = await startLocal({ ...options, write: () => undefined });
    await local.close();
    const text = greeting(local, options);

    assert.match(text, /The policy can't be read\. The stored document published\/current can't be read\./);
    assert.doesNotMatch(text, /There is no policy yet|Publish a policy/);
  });

  test('mixes no simulated results with those of Vertex, in either order', async () => {
    for (const [evidence, options, hint] of [
      ['simulated: OK', ['--project', 'acme-claude'], /has simulated results\. Leave out --data/],
      ['OK: it answered', [], /has results of the real Vertex AI\. Add --project ID/],
    ] as const) {
      const folder = newFolder();
      const store = openSqlite(join(folder, 'pinward.db'), keysOfFile(await keepWriterKey(folder, null)));
      const value = matrix([cell('claude-opus-5', { evidence })]);
      await must(store.commit([{ kind: 'matrix', id: 'current', expect: 'absent', value }]));
      await store.close();
      const words = ['functions/local/start.ts', '--port', '0', '--data', folder, ...options];
      const { status, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8', timeout: 60_000 });

      assert.equal(status, 1);
      assert.match(stderr, hint);
    }
  });

  test('goes on with the simulated story beside its data, and tells it anew without them', async () => {
    const folder = newFolder();
    const since = join(folder, 'simulated-since');
    writeFileSync(since, '2026-01-01T00:00:00.000Z\n');
    await runOnce(folder);
    assert.equal(existsSync(since), false);

    writeFileSync(since, '2026-01-01T00:00:00.000Z\n');
    await runOnce(folder);
    assert.equal(readFileSync(since, 'utf8'), '2026-01-01T00:00:00.000Z\n');
  });
});

/** A start and a stop, which leave a store. */
async function runOnce(folder: string): Promise<void> {
  const words = ['functions/local/start.ts', '--port', '0', '--data', folder];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  while (!output.includes('Ctrl-C stops')) await once(child.stdout, 'data');
  child.kill('SIGTERM');
  await once(child, 'close');
}

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'pinward-'));
}
