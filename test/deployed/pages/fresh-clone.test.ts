// The blocks of README.md that say `run`, pasted one after the other on a fresh clone while the first one serves. They name a fixed
// port, so they run in a network of their own, where no port is taken.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { isMissing } from '../../support/needs.ts';
import { codeBlocksOf, readPages } from './code-blocks.ts';

const runnable = readPages()
  .flatMap(codeBlocksOf)
  .filter(({ marks }) => marks.includes('run'));
const [server, ...blocks] = runnable;

/** Also the end of whatever a block has started: the first process of a space of processes takes the others along. */
const unshare = ['--net', '--pid', '--fork', '--kill-child', '--mount-proc'];

/** Waits until the server answers, and then runs the blocks by the shell, each until its first command that fails. */
const runner = `
# The page says to wait: for a look at the model that the block asks for.
await_probe() {
  until curl --silent http://127.0.0.1:8787/v1/availability -H @.pinward/admin-header | grep -q claude-opus-4-1; do
    sleep 1
  done
}
ip link set lo up
sh -e ../0.sh >../0.txt 2>&1 &
curl --silent --show-error --retry 300 --retry-delay 1 --retry-connrefused --output ../health.txt http://127.0.0.1:8787/v1/health
for block in "$@"; do
  if grep -q claude-opus-4-1 "../$block.sh"; then await_probe; fi
  sh -e "../$block.sh" >"../$block.txt" 2>"../$block.errors" && echo 0 >"../$block.status" || echo "$?" >"../$block.status"
done
`;

const whyNot = isMissing('curl') || isMissing('ip') || cannotUnshare();

describe('on a fresh clone', { skip: whyNot }, () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'pinward-clone-'));
    copyFiles(join(folder, 'clone'));
    for (const [index, { text }] of runnable.entries()) writeFileSync(join(folder, `${index}.sh`), text);
    writeFileSync(join(folder, 'runner.sh'), runner);
    const numbers = blocks.map((_, index) => String(index + 1));
    const words = [...unshare, 'sh', '-e', '../runner.sh', ...numbers];
    const { status, stderr } = spawnSync('unshare', words, {
      cwd: join(folder, 'clone'),
      encoding: 'utf8',
      timeout: 300_000,
    });
    assert.equal(status, 0, `${stderr}\n${outputOf(0)}`);
  });
  after(() => rmSync(folder, { recursive: true }));

  test('all blocks that run are those of README.md, and the first one serves', () => {
    assert.ok(runnable.every(({ page }) => page === 'README.md'));
    assert.match(server?.text ?? '', /^npm start\b/);
    assert.ok(blocks.length > 5);
  });

  for (const [index, { page, line }] of blocks.entries())
    test(`the block at ${page}:${line} does what it says`, () => {
      const output = outputOf(index + 1);
      const problems = [...output.matchAll(/"type": "urn:pinward:problem:(\w+)"/g)].map(([, code]) => code);
      // The page says that this pin is refused.
      const expected = blocks[index]?.text.includes('claude-opus-4-1@20250805') === true ? ['model_not_callable'] : [];

      assert.equal(readFileSync(join(folder, `${index + 1}.status`), 'utf8'), '0\n', output);
      assert.deepEqual(problems, expected, output);
      assert.ok(output.length > 20);
    });

  test('the machine has the pins of the policy, and a block restored its first revision', () => {
    const file = join(folder, 'clone/.pinward/machine/etc/claude-code/managed-settings.d/50-pinward.json');
    const { env } = JSON.parse(readFileSync(file, 'utf8'));

    assert.match(env.ANTHROPIC_DEFAULT_OPUS_MODEL, /^claude-opus-5-5/);
    const restore = blocks.findIndex(({ text }) => text.includes('/restore '));
    assert.match(outputOf(restore + 1), /"revision": 3,\n/);
  });

  function outputOf(index: number): string {
    return readFileSync(join(folder, `${index}.txt`), 'utf8');
  }
});

/** What git has or would add, and the packages, which a first `npm start` would install. */
function copyFiles(clone: string): void {
  const { stdout } = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    encoding: 'utf8',
  });
  for (const file of stdout.split('\0').filter((name) => name !== '')) {
    mkdirSync(dirname(join(clone, file)), { recursive: true });
    cpSync(file, join(clone, file));
  }
  symlinkSync(resolve('node_modules'), join(clone, 'node_modules'));
  utimesSync(join(clone, 'package-lock.json'), 0, 0);
}

function cannotUnshare(): false | string {
  const { status } = spawnSync('unshare', [...unshare, 'true']);
  return status === 0 ? false : 'no network of its own can be made here: it needs Linux, and root';
}
