// A short run of the fuzzer; .ci/run has the long one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzz } from './campaign.ts';

test('hostile requests for every call break no rule, and each call is both answered and refused', async () => {
  const { byOperation } = await fuzz(2_000, 1);
  const missed = [...byOperation].filter(([, { good, bad }]) => good === 0 || bad === 0);

  assert.ok(byOperation.size > 30);
  assert.deepEqual(missed, []);
});
