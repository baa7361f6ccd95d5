// A dry run of a transaction: it decides, and nothing follows.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { transact } from '../../../../functions/commands/transact.ts';
import { openSqlite } from '../../../../shared/adapters/sqlite.ts';
import { ok } from '../../../../shared/domain/fault.ts';
import { testKeys } from '../../../support/document-keys.ts';
import { must } from '../../../support/stores.ts';
import { newEvent } from '../../../support/world.ts';

test('a dry run has the outcome without the commit, of which only the commit itself tells, once', async () => {
  const store = openSqlite(':memory:', testKeys);
  const told: string[] = [];
  const onCommitted = async (outcome: string) => void told.push(outcome);
  const value = { since: '2026-11-24T11:00:00.000Z', reason: 'slow' };
  const write = { kind: 'healthIssue', id: 'slow', expect: 'absent', value } as const;
  const decision = { writes: [write], newEvents: [newEvent()], outcome: 'written' };
  const read = () => store.read('healthIssue', 'slow');
  const dry = await must(transact(store, read, () => ok(decision), { dryRun: true, onCommitted }));
  const stored = [await must(read()), await must(store.read('chainHead', 'current')), ...told];
  const real = await must(transact(store, read, () => ok(decision), { onCommitted }));

  assert.deepEqual([dry, real], ['written', 'written']);
  assert.deepEqual(stored, [null, null]);
  assert.deepEqual((await must(read()))?.value, value);
  assert.deepEqual(told, ['written']);
  await store.close();
});
