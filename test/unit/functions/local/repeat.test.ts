// Work that a local run repeats goes on after a failure.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { repeat } from '../../../../functions/local/repeat.ts';
import { createTerminalLog } from '../../../../functions/local/terminal.ts';

for (const [how, fail] of [
  [
    'throws',
    () => {
      throw new Error('not a project');
    },
  ],
  ['is rejected', () => Promise.reject(new Error('not a project'))],
] as const)
  test(`work that ${how} is logged, and repeated`, async () => {
    const shown: string[] = [];
    const again = Promise.withResolvers<void>();
    let runs = 0;
    const timer = repeat(
      'probe',
      1,
      createTerminalLog((text) => shown.push(text)),
      () => {
        if (++runs === 2) again.resolve();
        return fail();
      },
    );
    await again.promise;
    clearInterval(timer);

    assert.match(shown[0] ?? '', /!! probe failed {2}reason=Error: not a project\n/);
  });
