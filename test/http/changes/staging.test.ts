// A pin that is changed by hand reaches its ring by stages, where the policy has a schedule and the change raises risk.

import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { TwoPeople } from '../../support/two-people.ts';
import { cell, draft, matrix, pins, ring } from '../../support/world.ts';

const rollout = { stages: [10, 100], bakeMinutes: 60, abortAtFailurePercent: 5, minReports: 20 };
const opus5 = { model: 'claude-opus-5' };
const moved = draft({ rollout, rings: [ring({ pins: { ...pins, opus: opus5 } })] });

let world: TwoPeople;

beforeEach(async () => {
  world = new TwoPeople();
  await world.begin({ secondPerson: false, rollout });
  const models = [
    'claude-opus-5',
    'claude-opus-4-8',
    'claude-opus-4-6',
    'claude-sonnet-4-6',
    'claude-haiku-4-5@20251001',
  ];
  await world.see(matrix(models.map((model) => cell(model))));
});

async function pinnedOpus(): Promise<string> {
  return /"opus":\{"model":"([^"]*)/.exec(JSON.stringify(await world.policy()))?.[1] ?? '';
}

describe('a pin that is moved by hand', () => {
  for (const [call, make] of [
    ['the call for one pin', () => world.must('ada', 'PUT', '/v1/rings/everyone/pins/opus', opus5)],
    ['the call for the whole policy', () => world.must('ada', 'PUT', '/v1/policy', moved)],
  ] as const) {
    test(`starts a rollout, by ${call}`, async () => {
      const { changed, rollouts } = await make();
      const pinned = await pinnedOpus();
      const { percent, by } = await world.must('ada', 'GET', '/v1/rollouts/1');
      await world.pass(61);
      await world.pass(61);

      assert.deepEqual([changed, rollouts, pinned], [true, [1], 'claude-opus-4-8']);
      assert.deepEqual([percent, by], [10, 'ada@example.com']);
      assert.equal(await pinnedOpus(), 'claude-opus-5');
    });
  }

  test('is announced as a rollout that starts, and not as a moved pin', async () => {
    await world.must('ada', 'PUT', '/v1/rings/everyone/pins/opus', opus5);
    const [newest, before] = await world.events();

    assert.equal(newest?.kind, 'RolloutMoved');
    assert.notEqual(before?.subject, 'rollout-1');
    assert.ok(before?.kind !== 'PolicyChanged' || before.data.pinChanges.every(({ to }) => to?.model !== opus5.model));
  });

  test('counts as stated while it is under way', async () => {
    await world.must('ada', 'PUT', '/v1/policy', moved);
    const again = await world.must('ada', 'PUT', '/v1/policy', moved);
    const old = await world.must('ada', 'PUT', '/v1/policy', draft({ rollout }));

    assert.deepEqual([again.changed, again.rollouts], [false, [1]]);
    assert.equal(old.changed, false, 'the old pin is still stated, too');
  });

  test('lets the rest of the same change take effect at once', async () => {
    const { changed } = await world.must('ada', 'PUT', '/v1/policy', { ...moved, lock: true });
    assert.equal(changed, true);
    assert.equal((await world.policy())['lock'], true);
    assert.equal(await pinnedOpus(), 'claude-opus-4-8');
  });

  test('goes in one step when asked for with a reason', async () => {
    const { rollouts } = await world.must('ada', 'PUT', '/v1/rings/everyone/pins/opus?at-once=incident', opus5);
    assert.deepEqual([rollouts, await pinnedOpus()], [[], 'claude-opus-5']);
  });

  test('goes in one step to an older model', async () => {
    const { rollouts } = await world.must('ada', 'PUT', '/v1/rings/everyone/pins/opus', { model: 'claude-opus-4-6' });
    assert.deepEqual([rollouts, await pinnedOpus()], [[], 'claude-opus-4-6']);
  });

  test('goes back at once when its rollout is aborted', async () => {
    await world.must('ada', 'PUT', '/v1/rings/everyone/pins/opus', opus5);
    await world.must('ada', 'POST', '/v1/rollouts/1/abort');
    await world.pass(200);
    assert.equal(await pinnedOpus(), 'claude-opus-4-8');
  });

  test('can not be moved elsewhere meanwhile', async () => {
    await world.must('ada', 'PUT', '/v1/rings/everyone/pins/opus', opus5);
    const { status, body } = await world.ask('ada', 'PUT', '/v1/rings/everyone/pins/opus', {
      ...opus5,
      context1m: true,
    });
    assert.deepEqual([status, body.code], [409, 'rollout_active']);
  });
});

test('a first pin does not go by stages', async () => {
  const { rollouts } = await world.must('ada', 'PUT', '/v1/rings/everyone/pins/fable?force=new', {
    model: 'claude-fable-5',
  });
  assert.deepEqual(rollouts, []);
});

test('rings that swap their names go on with what their machines have, at once', async () => {
  const [pilot, everyone] = [
    ring({ name: 'pilot', match: ['domain:a.test'] }),
    ring({ pins: { ...pins, opus: opus5 } }),
  ];
  await world.must('ada', 'PUT', '/v1/policy?at-once=x', draft({ rollout, rings: [pilot, everyone] }));
  const swapped = [
    { ...pilot, name: 'everyone' },
    { ...everyone, name: 'pilot' },
  ];
  const { rollouts } = await world.must('ada', 'PUT', '/v1/policy', draft({ rollout, rings: swapped }));

  assert.deepEqual(rollouts, []);
  assert.match(
    JSON.stringify(await world.policy()),
    /"name":"everyone","match":\["domain:a.test"\],"pins":{"opus":{"model":"claude-opus-4-8"/,
  );
});
