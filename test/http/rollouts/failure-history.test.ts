// What a rollout remembers of its machines' reports.

import assert from 'node:assert/strict';
import { test } from 'node:test';
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
