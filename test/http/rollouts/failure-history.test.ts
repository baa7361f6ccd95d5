// What a rollout remembers of its machines' reports.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSqlite } from '../../../shared/adapters/sqlite.ts';
import { fail } from '../../../shared/domain/fault.ts';
import type { Store } from '../../../shared/ports.ts';
import { testKeys } from '../../support/document-keys.ts';
import { currentRevision, newFleet, readyToRoll } from '../../support/rollout-story.ts';

test('a rollout remembers what its machines had reported as time went by, also when it is over', async () => {
  const fleet = await newFleet();
  await readyToRoll(fleet);
  const revision = await currentRevision(fleet);
  await fleet.advance();
  fleet.pass(0.1);
  await fleet.report(['a', 'b', 'c', 'd', 'e'], revision, 'applied');
  await fleet.advance();
  await fleet.advance();
  fleet.pass(0.1);
  await fleet.report(['f', 'g'], revision, 'failed');
  await fleet.ask('ada', 'POST', '/v1/rollouts/1/pause?dry-run');
  const dry = await fleet.ask('ada', 'GET', '/v1/rollouts/1');
  await fleet.advance();
  fleet.pass(0.1);
  await fleet.report(['h'], revision, 'failed');
  await fleet.advance();
  const { body } = await fleet.ask('ada', 'GET', '/v1/rollouts/1');

  type Sample = Record<'at' | 'percent' | 'reports' | 'failed', number>;
  const counts = body.history.map(({ percent, reports, failed }: Sample) => [percent, reports, failed]);
  assert.equal(dry.body.history.length, 2);
  assert.equal(body.state, 'aborted');
  assert.deepEqual(counts, [
    [10, 0, 0],
    [10, 5, 0],
    [10, 7, 2],
  ]);
  assert.equal(body.history[2].at, body.endedAt);
});

test('a history that can not be read holds no rollout up, is shown as none, and is begun again', async () => {
  const store = openSqlite(':memory:', testKeys);
  let isDamaged = false;
  const damaged = fail({ code: 'document_corrupt', document: 'failureHistory', detail: 'cut off' });
  const read: Store['read'] = async (kind, id) =>
    isDamaged && kind === 'failureHistory' ? damaged : store.read(kind, id);
  const commit: Store['commit'] = (writes) => {
    if (writes.some(({ kind }) => kind === 'failureHistory')) isDamaged = false;
    return store.commit(writes);
  };
  const list: Store['list'] = (kind, page) => store.list(kind, page);
  const fleet = await newFleet({ read, list, commit, close: () => store.close() });
  await readyToRoll(fleet);
  await fleet.advance();
  const percents = async () => {
    const { body } = await fleet.ask('ada', 'GET', '/v1/rollouts/1');
    return body.history.map(({ percent }: { percent: number }) => percent);
  };
  const before = await percents();
  isDamaged = true;
  const meanwhile = await percents();
  fleet.pass(0.5);
  await fleet.advance();
  const after = await percents();
  await fleet.advance();

  assert.deepEqual([before, meanwhile, after, await percents()], [[10], [], [10], [10, 50]]);
});
