// Amounts of money as people write them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dollars } from '../../../../../shared/domain/models/price.ts';

test('an amount has two digits of cents or none, and keeps what is smaller', () => {
  assert.deepEqual([3, 0.1, 1.25, 0.075, 16.5, 0.1 + 0.2].map(dollars), [
    '$3',
    '$0.10',
    '$1.25',
    '$0.075',
    '$16.50',
    '$0.30',
  ]);
});
