/** A test file that keeps something open ends: the run goes on, and the file has failed. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';

const folder = mkdtempSync(join(tmpdir(), 'pinward-open-handles-'));
const openHandles = join(import.meta.dirname, '../../support/open-handles.ts');

after(() => rmSync(folder, { recursive: true }));

it('ends and fails a file whose set-up fails after it started a server', () => {
  const { status, stdout } = runFile(`
    import { createServer } from 'node:net';
    import { before, test } from 'node:test';
    before(() => { createServer().listen(0, '127.0.0.1'); throw new Error('the rest of the set-up failed'); });
    test('needs the set-up', () => {});`);
  assert.equal(status, 1);
  assert.match(stdout, /still open after the tests: .*TCPServerWrap/);
});

it('fails a file that passes but keeps a process', () => {
  const { status, stdout } = runFile(`
    import { spawn } from 'node:child_process';
    import { test } from 'node:test';
    test('passes', () => { process.once('exit', ((child) => () => child.kill())(spawn('cat'))); });`);
  assert.equal(status, 1);
  assert.match(stdout, /still open after the tests: .*ProcessWrap/);
});

it('says nothing of a file that closes what it opens', () => {
  const { status, stdout } = runFile(`
    import { createServer } from 'node:net';
    import { test } from 'node:test';
    test('passes', (t, done) => { const server = createServer().listen(0, '127.0.0.1', () => server.close(done)); });`);
  assert.equal(status, 0);
  assert.doesNotMatch(stdout, /still open/);
});

/** Runs it as `npm test` does. Without the module under test the first two end by the limit, with the status null. */
function runFile(text: string): { readonly status: number | null; readonly stdout: string } {
  const file = join(folder, 'some.test.mjs');
  writeFileSync(file, text);
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
  return spawnSync(process.execPath, ['--import', openHandles, '--test', file], {
    encoding: 'utf8',
    env: { ...environment, OPEN_HANDLES_PATIENCE: '1000' },
    timeout: 120_000,
  });
}
