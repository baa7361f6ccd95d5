// The campaign of forgeries holds, and would not where documents without a signature are believed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSqliteDatabase } from './database.ts';
import { isGood, runCampaign } from './forgeries.ts';

test('no edit of the database is served or obeyed, and each edit of the history is named', async () => {
  const { outcome, complaints } = await runCampaign(openSqliteDatabase(), 40, 19);

  assert.deepEqual(complaints, []);
  assert.ok(isGood(outcome));
});

test('the campaign finds what is forged and what is old where documents without a signature are believed', async () => {
  const { outcome } = await runCampaign(openSqliteDatabase(), 120, 19, 'accept');

  assert.ok(outcome.forged > 0 && outcome.replayed > 0 && !isGood(outcome), JSON.stringify(outcome));
});
