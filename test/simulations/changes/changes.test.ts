// A smaller run of the simulation of changes, and the command line of the larger one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { consequencesOf } from '../../../shared/domain/consequences/consequences.ts';
import { readOptions } from './options.ts';
import { simulate } from './simulate.ts';

test('consequences name every difference, and nothing is served that two people did not agree to', async () => {
  const { outcome, complaints, agreements } = await simulate({ pairs: 300, walks: 12, seed: 1 }, consequencesOf);

  assert.deepEqual(complaints, []);
  assert.deepEqual(
    { ...outcome, differences: outcome.differences > 1_000 },
    { pairs: 300, differences: true, unnamed: 0, unasked: 0, askedForNothing: 0, walks: 12, escaped: 0, seed: 1 },
  );
  assert.ok(agreements > 3, 'two people agree now and then');
});

test('the command line takes numbers, and any seed unless it is told one', () => {
  assert.deepEqual(readOptions(['--pairs', '5', '--seed', '3'], 9), { pairs: 5, walks: 200, seed: 3 });
  assert.deepEqual(readOptions([], 9), { pairs: 10_000, walks: 200, seed: 9 });
});
