// Every command explains itself, and tells a wrong option in one line.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { createProgress } from '../../../functions/cli/progress.ts';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
const commands = Object.entries<string>(scripts)
  .filter(([name]) => !name.startsWith('pre'))
  .map(([name, line]) => ({ name, words: line.split(' ').slice(1), program: line.split(' ')[0] }));

describe('every npm script', () => {
  for (const { name, words, program } of commands) {
    test(`${name} prints its help, and does nothing else`, () => {
      const { status, stdout, stderr } = run([...words, '--help']);

      assert.equal(program, 'node');
      assert.deepEqual([status, stderr], [0, '']);
      assert.match(stdout, new RegExp(`npm (?:run )?${name}\\b`));
    });

    // `node --test` takes what these don't know.
    if (['test', 'test:claude', 'test:console', 'test:powershell', 'check'].includes(name)) continue;
    test(`${name} refuses an option that it does not have, without a stack`, () => {
      const { status, stderr } = run([...words, '--no-such-option']);

      assert.ok(status !== 0);
      assert.match(stderr, /--no-such-option/);
      assert.doesNotMatch(stderr, /^ {4}at /m);
    });
  }
});

describe('npm run policy', () => {
  for (const [words, reason] of [
    [[], 'Name a command: plan, apply or pull'],
    [['show', 'x.yaml'], 'There is no command show: use plan, apply or pull'],
    [['plan'], 'Name the file to plan'],
    [['plan', 'a.yaml', 'b.yaml'], 'One file at a time, not b.yaml too'],
  ] as const)
    test(`says what is wrong with "${words.join(' ')}" before its help`, () => {
      const { status, stderr } = run(['functions/cli/policy-command.ts', ...words]);

      // 2 says that a plan has changes.
      assert.deepEqual([status, stderr.split('\n').slice(0, 2)], [1, [reason, '']]);
    });
});

describe('an option that is a whole number', () => {
  for (const [name, option, text, range] of [
    ['simulate', 'machines', '10', '200 to 1000000'],
    ['simulate', 'seed', '-1', '0 to 2147483647'],
    ['simulate', 'timer', '1e2', '1 to 3600'],
    ['simulate:changes', 'walks', 'many', '0 to 2147483647'],
    ['simulate:forgeries', 'edits', '0', '1 to 2147483647'],
    ['simulate:probe', 'runs', '1.5', '1 to 2147483647'],
    ['fuzz', 'cases', '', '1 to 2147483647'],
    ['load', 'seconds', '601', '2 to 600'],
    ['conformance', 'jobs', '0x10', '1 to 2147483647'],
  ] as const) {
    test(`of ${name} is refused as "${text}" by one line and the help`, () => {
      const words = commands.find((each) => each.name === name)?.words ?? [];
      const agent = name === 'conformance' ? ['--agent=false'] : [];
      const { status, stdout, stderr } = run([...words, ...agent, `--${option}=${text}`]);
      const [mistake, blank, ...help] = stderr.split('\n');

      assert.deepEqual([status, stdout, blank], [2, '', '']);
      assert.equal(mistake, `--${option} is a whole number from ${range}, not ${text}`);
      assert.equal(help.join('\n'), run([...words, '--help']).stdout);
    });
  }
});

describe('every installed script', () => {
  for (const script of ['install.sh', 'pinward.sh'])
    test(`${script} prints its help as root and as anybody, with all of its options`, () => {
      const root = mkdtempSync(join(tmpdir(), 'pinward-'));
      const { status, stdout } = spawnSync('sh', [`infra/agents/posix/${script}`, '--root', root, '--help'], {
        encoding: 'utf8',
      });

      assert.equal(status, 0);
      for (const option of ['--root DIR', '--server URL', '--token-file FILE', '--trust-on-first-use', '--machine ID'])
        assert.ok(stdout.includes(option), option);
      if (script === 'install.sh') assert.match(stdout, /--remove[\s\S]+--bundle/);
      assert.equal(existsSync(join(root, 'etc')), false);
    });
});

describe('progress', () => {
  test('is one changing line on a terminal, and a line in five seconds elsewhere', () => {
    const shownTo = (isTTY: boolean): string => {
      let [text, now] = ['', 0];
      const write = (more: string) => {
        text += more;
      };
      const progress = createProgress({ isTTY, write }, () => now);
      for (let step = 1; step <= 12; step++, now += 1_000) progress.show(`step ${step}`);
      progress.end();
      return text;
    };

    assert.equal(shownTo(false), 'step 1\nstep 6\nstep 11\n');
    const steps = Array.from({ length: 12 }, (_, at) => `step ${at + 1}`);
    assert.equal(shownTo(true), [...steps, ''].map((step) => `\r\u001b[K${step}`).join(''));
  });
});

function run(words: readonly string[]) {
  return spawnSync(process.execPath, words, { encoding: 'utf8', timeout: 60_000 });
}
