// Compiles and runs pinward-helper.exe, which Claude Code runs at each start on Windows. C# 5, as in Windows PowerShell.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { isMissing } from '../../support/needs.ts';
import { read } from './files.ts';

describe('pinward-helper.exe', { skip: isMissing('mcs') }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'pinward-'));
  const source = /\$helperSource = @'\n([\s\S]*?)\n'@/.exec(read('infra/agents/windows/pinward.ps1'))?.[1] ?? '';
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('compiles without a warning', () => {
    writeFileSync(join(folder, 'helper.cs'), source);
    const args = ['-langversion:5', '-warnaserror', '-out:pinward-helper.exe', 'helper.cs'];

    assert.deepEqual(run('mcs', args), [0, '']);
  });

  const pins = '{"managedSettings":{"env":{"A":"\u00fc"}}}\n';
  const cases: readonly (readonly [string, string | null, string])[] = [
    ['where there are no pins, one object that applies nothing', null, '{}\n'],
    ['the pins, byte by byte', pins, pins],
    ['nothing of pins that are cut off', pins.slice(0, -2), '{}\n'],
    ['nothing of pins without their last newline', pins.trimEnd(), '{}\n'],
    ['nothing of an empty file', '', '{}\n'],
    ['nothing of pins that are longer than Claude Code takes', `{${' '.repeat(1_048_576)}}\n`, '{}\n'],
  ];
  for (const [name, held, printed] of cases) {
    test(`prints ${name}`, () => {
      rmSync(join(folder, 'state'), { recursive: true, force: true });
      mkdirSync(join(folder, 'state'));
      if (held !== null) writeFileSync(join(folder, 'state/pins.helper.json'), held);

      assert.deepEqual(run('mono', ['pinward-helper.exe']), [0, printed]);
    });
  }

  function run(program: string, args: readonly string[]): readonly [number | null, string] {
    const { status, stdout } = spawnSync(program, args, { cwd: folder, encoding: 'utf8' });
    return [status, stdout];
  }
});
