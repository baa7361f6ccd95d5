// `npm run probe` as a person runs it: a process of its own that asks a fake Vertex.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { keepWriterKey } from '../../../shared/adapters/documents/folder-key.ts';
import { openSqlite } from '../../../shared/adapters/sqlite.ts';
import { keysOfFile } from '../../support/document-keys.ts';
import { type FakeGarden, startFakeGarden } from '../../support/fakes/garden.ts';
import { must } from '../../support/stores.ts';
import { cell, matrix, revision } from '../../support/world.ts';

describe('npm run probe', () => {
  let garden: FakeGarden;
  before(async () => {
    garden = await startFakeGarden();
    garden.script({ model: 'claude-opus-5' }, 'enabled');
  });
  after(() => garden.close());

  test('shows which models answer, with a line of progress and not one for each call', async () => {
    const { status, stdout, stderr } = await probe(garden, '--project', 'acme-claude', '--dry-run');

    assert.equal(status, 0, stderr);
    assert.match(stdout, /^model +global +us +eu\n[\s\S]*^claude-opus-5 +yes +yes +yes$/m);
    assert.ok(stderr.split('\n').length < 10, stderr);
  });

  test('says in one line what keeps it from every answer, and stores nothing', async () => {
    const refusing = await startFakeGarden();
    refusing.script({}, 'permission denied');
    const folder = join(mkdtempSync(join(tmpdir(), 'pinward-')), 'real');
    const { status, stdout, stderr } = await probe(refusing, '--project', 'acme-claude', '--data', folder);
    await refusing.close();

    assert.deepEqual([status, stdout], [1, '']);
    assert.match(stderr, /^Project acme-claude: permission_denied\. An administrator has to grant .*\n$/);
    assert.equal(existsSync(folder), false);
  });

  test('leaves out the other projects of the policy, unless it is told to ask for them, too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pinward-'));
    const store = openSqlite(join(folder, 'pinward.db'), keysOfFile(await keepWriterKey(folder, null)));
    const value = { revision: revision() };
    await must(store.commit([{ kind: 'published', id: 'current', expect: 'absent', value }]));
    await store.close();
    const words = ['--project', 'other-project', '--locations', 'global', '--data', folder];
    const alone = await probe(garden, ...words);
    const all = await probe(garden, ...words, '--all-projects');

    assert.doesNotMatch(alone.stdout, /Project/);
    assert.match(all.stdout, /^Project (?:acme-claude|other-project)\n[\s\S]*^Project /m);
  });

  test('never stores beside simulated results', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pinward-'));
    const store = openSqlite(join(folder, 'pinward.db'), keysOfFile(await keepWriterKey(folder, null)));
    const value = matrix([cell('claude-opus-5', { evidence: 'simulated: OK' })]);
    await must(store.commit([{ kind: 'matrix', id: 'current', expect: 'absent', value }]));
    const { status, stderr } = await probe(garden, '--project', 'acme-claude', '--data', folder);
    const after = await must(store.read('matrix', 'current'));
    await store.close();

    assert.equal(status, 1);
    assert.match(stderr, /has simulated results/);
    assert.deepEqual(after?.value, value);
  });

  for (const [words, told] of [
    [['--project', 'Acme'], /^--project is not the id of a Google Cloud project: Acme/],
    [['--project', 'acme-claude', '--locations', 'europe'], /^--locations has "europe": .*Write "eu"\./],
    [[], /^--project is missing/],
  ] as const)
    test(`says what is wrong with ${words.join(' ') || 'no option'}`, async () => {
      const { status, stderr } = await probe(garden, ...words);

      assert.equal(status, 2);
      assert.match(stderr, told);
    });
});

async function probe(garden: FakeGarden, ...words: readonly string[]) {
  const child = spawn(process.execPath, ['functions/cli/probe-command.ts', ...words], {
    env: { ...process.env, PINWARD_VERTEX_ENDPOINT: garden.endpoint },
    timeout: 60_000,
  });
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { status, stdout, stderr };
}
