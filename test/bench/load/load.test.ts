// The load of load.ts for LOAD_SECONDS: five, and thirty in .ci/run. A machine that is busy with other work may spoil a run,
// so one of three must be good; without what it tests none is.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

const maxRuns = 3;
const seconds = process.env['LOAD_SECONDS'] ?? '5';

test('ten times what an instance can answer: logins go on, refreshes are shed, memory is bounded, it recovers', () => {
  const outputs: string[] = [];
  for (let runs = 0; runs < maxRuns; runs++) {
    const load = join(import.meta.dirname, 'load.ts');
    const { status, stdout, stderr } = spawnSync(process.execPath, [load, '--seconds', seconds], { encoding: 'utf8' });
    if (status === 0) return;
    outputs.push(stdout + stderr);
  }
  assert.fail(outputs.join('\n'));
});
