// What `npm start` refuses before it starts anything, each with a reason and a way out.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { startFakeGarden } from '../support/fakes/garden.ts';

describe('npm start', () => {
  test('explains itself, and refuses options that it does not have', () => {
    assert.match(run('--help').stdout, /--port PORT/);
    assert.match(run('--prot', '1').stderr, /--prot[\s\S]+npm start/);
  });

  for (const [words, mistake] of [
    [['--port', 'http'], /^--port is a whole number from 0 to 65535, not http\n/],
    [['--port', '65536'], /^--port is a whole number from 0 to 65535, not 65536\n/],
    [['--project', 'BAD'], /^--project is not the id of a Google Cloud project: BAD/],
    [['--data', ''], /^--data is empty/],
    [['--data', 'package.json'], /^--data is a folder, and package\.json is a file\n/],
  ] as const)
    test(`starts nothing with ${words.join(' ')}, and says why`, () => {
      const { status, stdout, stderr } = run(...words);

      assert.deepEqual([status, stdout], [2, '']);
      assert.match(stderr, mistake);
    });

  test('starts nothing for a project of which Vertex AI says nothing, and says what to do', async () => {
    const refusing = await startFakeGarden();
    refusing.script({}, 'permission denied');
    const folder = newFolder();
    const words = ['functions/local/start.ts', '--port', '0', '--data', folder, '--project', 'acme-claude'];
    const env = { ...process.env, PINWARD_VERTEX_ENDPOINT: refusing.endpoint };
    const child = spawn(process.execPath, words, { env, timeout: 60_000 });
    const [stderr, [status]] = await Promise.all([text(child.stderr), once(child, 'close')]);
    await refusing.close();

    assert.equal(status, 1);
    assert.match(stderr, /^Pinward did not start: Project acme-claude: permission_denied\. An administrator has to/);
    assert.deepEqual(readdirSync(folder), []);
  });

  test('says what is wrong with a store that it can not open', () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'pinward.db'), 'x'.repeat(10_000));
    const { status, stderr } = run('--port', '0', '--data', folder);

    assert.equal(status, 1);
    assert.match(
      stderr,
      /^Pinward did not start: the store \S+pinward\.db can't be opened: .*not a database\. Move it away/,
    );
  });
});

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'pinward-'));
}

function run(...options: readonly string[]) {
  return spawnSync(process.execPath, ['functions/local/start.ts', ...options], { encoding: 'utf8', timeout: 60_000 });
}
