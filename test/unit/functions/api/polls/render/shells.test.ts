// `.sh` and `.fish`, read by the shells themselves: whatever a policy may put into a variable arrives in a process as it was.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import fc from 'fast-check';
import { renderFish } from '../../../../../../functions/api/polls/render/fish.ts';
import { renderSh } from '../../../../../../functions/api/polls/render/sh.ts';
import type { Resolution } from '../../../../../../shared/domain/serving/resolution.ts';
import { isMissing } from '../../../../../support/needs.ts';
import { named, nasty, resolution, value } from '../../../../../support/rendered.ts';

interface Shell {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly skip: false | string;
  readonly render: (resolution: Resolution) => string;
  /** How a login script takes up the text. */
  readonly take: string;
}

const evaluate = 'eval "$(cat)" && exec env -0';
const shells: readonly Shell[] = [
  { name: 'sh', command: ['sh', '-c'], skip: false, render: renderSh, take: evaluate },
  { name: 'bash', command: ['bash', '--norc', '-c'], skip: isMissing('bash'), render: renderSh, take: evaluate },
  {
    name: 'bash, posix',
    command: ['bash', '--posix', '-c'],
    skip: isMissing('bash'),
    render: renderSh,
    take: evaluate,
  },
  { name: 'zsh', command: ['zsh', '-f', '-c'], skip: isMissing('zsh'), render: renderSh, take: evaluate },
  {
    name: 'zsh, where two quotes in a string are one',
    command: ['zsh', '-f', '-o', 'rcquotes', '-c'],
    skip: isMissing('zsh'),
    render: renderSh,
    take: evaluate,
  },
  {
    name: 'zsh, expanding all it can',
    command: ['zsh', '-f', '-o', 'extendedglob', '-o', 'globsubst', '-o', 'magicequalsubst', '-o', 'shwordsplit', '-c'],
    skip: isMissing('zsh'),
    render: renderSh,
    take: evaluate,
  },
  {
    name: 'fish',
    command: ['fish', '--no-config', '-c'],
    skip: isMissing('fish'),
    render: renderFish,
    take: 'cat | source; exec env -0',
  },
];

for (const shell of shells) {
  test(`${shell.name} reads back every value that others trip over`, { skip: shell.skip }, () => {
    const { settings } = resolution({ env: named(nasty) });
    assert.deepEqual(readBack(shell, settings.env), settings.env);
  });

  test(`${shell.name} reads back any value that a policy may hold`, { skip: shell.skip }, () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 150, maxLength: 150, size: 'max' }), (values) => {
        assert.deepEqual(readBack(shell, named(values)), named(values));
      }),
      { numRuns: 4, endOnFailure: true },
    );
  });

  test(`${shell.name} blanks a variable that a dotfile has set`, { skip: shell.skip }, () => {
    const { settings } = resolution();
    const before = { ANTHROPIC_SMALL_FAST_MODEL: 'claude-3-haiku@20240307', ANTHROPIC_DEFAULT_OPUS_MODEL: 'old' };
    assert.deepEqual(readBack(shell, settings.env, before), settings.env);
  });
}

test('`.sh` is one export a line, so that a person can read it', () => {
  assert.equal(
    renderSh({ ...resolution(), settings: { env: { A: "it's", B: '' } } }),
    `export A='it'\\''s'\nexport B=''\n`,
  );
});

test('`.fish` is one export a line, too', () => {
  assert.equal(
    renderFish({ ...resolution(), settings: { env: { A: "it's \\", B: '' } } }),
    `set -gx A 'it\\'s \\\\'\nset -gx B ''\n`,
  );
});

/** What a process started by the shell finds of the variables, after the shell took up the rendered text. */
function readBack(
  { command: [program, ...options], render, take }: Shell,
  env: Readonly<Record<string, string>>,
  before: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const input = render({ ...resolution(), settings: { env } });
  const { status, stdout, stderr } = spawnSync(program, [...options, take], {
    input,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', LANG: 'C.UTF-8', ...before },
    maxBuffer: 1 << 24,
  });
  assert.equal(`${status} ${stderr}`, '0 ');
  const found = new Map(
    stdout.split('\0').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  return Object.fromEntries(Object.keys(env).map((name) => [name, found.get(name) ?? '(not set)']));
}
