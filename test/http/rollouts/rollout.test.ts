// The life of the rollout that carries an upgrade, and the freeze.

import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { Fleet } from '../../support/rollout-fleet.ts';
import { rolloutPolicy } from '../../support/rollout-fleet.ts';
import { currentRevision, enable, newFleet, percent, readyToRoll, upgrade } from '../../support/rollout-story.ts';

let fleet: Fleet;

beforeEach(async () => {
  fleet = await newFleet();
});

describe('a rollout', () => {
  test('goes through its stages, each after its bake, and moves the pin at the end', async () => {
    await readyToRoll(fleet);
    const shares = [await percent(fleet)];
    for (let tick = 0; tick < 7; tick++) {
      fleet.pass(0.25);
      await fleet.advance();
      shares.push(await percent(fleet));
    }
    const { body } = await fleet.ask('ada', 'GET', '/v1/policy');

    assert.deepEqual(shares, [10, 10, 50, 50, 100, 100, null, null]);
    assert.equal(body.rings[0].pins.opus.model, 'claude-opus-91');
    assert.equal((await upgrade(fleet, 'canary.opus.claude-opus-91')).state, 'rolled_out');
  });

  test('that is paused stays at its share until it is resumed, and then bakes anew', async () => {
    await readyToRoll(fleet);
    const paused = await fleet.ask('ada', 'POST', '/v1/rollouts/1/pause?reason=lunch');
    fleet.pass(10);
    await fleet.advance();
    const held = await percent(fleet);
    await fleet.ask('bob', 'POST', '/v1/rollouts/1/resume');
    await fleet.advance();
    const resumed = await percent(fleet);
    fleet.pass(0.5);
    await fleet.advance();

    assert.equal(paused.status, 200);
    assert.deepEqual([held, resumed, await percent(fleet)], [10, 10, 50]);
  });

  test('that is aborted serves at once what was served before, and its version does not come back', async () => {
    await readyToRoll(fleet);
    const { status } = await fleet.ask('ada', 'POST', '/v1/rollouts/1/abort?reason=slow');
    const known = await fleet.policyCaches[0]?.current();
    fleet.pass(100);
    await fleet.advance();

    assert.equal(status, 200);
    assert.deepEqual(known?.ok === true && known.value.published?.revision.rollouts, []);
    assert.equal((await upgrade(fleet, 'canary.opus.claude-opus-91')).state, 'rejected');
    assert.equal(await percent(fleet), null);
  });

  test('waits while nobody knows whether its model answers, and ends when it is gone', async () => {
    await readyToRoll(fleet);
    fleet.callable.delete('claude-opus-91');
    await fleet.probe();
    fleet.pass(0.5);
    await fleet.advance();
    const doubtful = await percent(fleet);
    await fleet.probe();
    await fleet.advance();
    const { body } = await fleet.ask('ada', 'GET', '/v1/rollouts/1');

    assert.equal(doubtful, 10);
    assert.deepEqual([body.state, body.by], ['aborted', 'pinward']);
    assert.match(body.reason, /no longer callable/);
    assert.equal((await upgrade(fleet, 'canary.opus.claude-opus-91')).state, 'found');
  });

  test('does not begin while its model is in doubt', async () => {
    await enable(fleet, 'claude-opus-91');
    fleet.callable.delete('claude-opus-91');
    await fleet.probe();
    fleet.pass(2);
    await fleet.advance();
    const doubtful = await percent(fleet);
    fleet.callable.add('claude-opus-91');
    await fleet.probe();
    await fleet.advance();

    assert.deepEqual([doubtful, await percent(fleet)], [null, 10]);
  });

  test('ends by itself when too many machines report a failure', async () => {
    await readyToRoll(fleet);
    const revision = await currentRevision(fleet);
    await fleet.report(['a', 'b', 'c', 'd'], revision, 'applied');
    await fleet.report(['e'], revision, 'failed');
    await fleet.advance();
    const tolerated = await percent(fleet);
    await fleet.report(['f'], revision, 'failed');
    await fleet.advance();
    const { body } = await fleet.ask('ada', 'GET', '/v1/rollouts/1');

    assert.equal(tolerated, 10);
    assert.deepEqual([body.state, body.reports, body.failed], ['aborted', 6, 2]);
    assert.equal((await upgrade(fleet, 'canary.opus.claude-opus-91')).state, 'rejected');
  });

  test('holds back the next ring until the ring before it has the version', async () => {
    const policy = rolloutPolicy();
    const [canary, everyone] = policy['rings'] as Record<string, unknown>[]; // steeredPolicy makes two
    const rings = [canary, { ...everyone, upgrades: { opus: { rule: 'auto', soakHours: 0 } } }];
    await fleet.ask('ada', 'PUT', '/v1/policy', { ...policy, rings });
    await readyToRoll(fleet);
    const early = await upgrade(fleet, 'everyone.opus.claude-opus-91');
    for (let tick = 0; tick < 4; tick++) {
      fleet.pass(0.5);
      await fleet.advance();
    }
    const { body } = await fleet.ask('ada', 'GET', '/v1/rollouts');

    assert.deepEqual([early.state, early.rollout], ['ready', null]);
    assert.deepEqual(
      body.rollouts.map(({ ring, state }: { ring: string; state: string }) => [ring, state]),
      [
        ['everyone', 'running'],
        ['canary', 'completed'],
      ],
    );
  });

  test('keeps others from the pin that it moves, and says how to go on', async () => {
    await readyToRoll(fleet);
    const { status, body } = await fleet.ask('ada', 'PUT', '/v1/rings/canary/pins/opus', { model: 'claude-opus-92' });
    const elsewhere = await fleet.ask('ada', 'PUT', '/v1/rings/everyone/pins/opus', { model: 'claude-opus-91' });

    assert.deepEqual([status, body.code], [409, 'rollout_active']);
    assert.match(body.hint, /\/v1\/rollouts\/1\/abort/);
    assert.equal(elsewhere.status, 200);
    assert.equal(await percent(fleet), 10);
  });

  test('ends when an older revision is restored', async () => {
    await readyToRoll(fleet);
    const { status } = await fleet.ask('ada', 'POST', '/v1/revisions/1/restore');
    fleet.pass(100);
    await fleet.advance();

    assert.equal(status, 200);
    assert.equal(await percent(fleet), null);
    assert.equal((await upgrade(fleet, 'canary.opus.claude-opus-91')).state, 'rejected');
  });
});

describe('a freeze', () => {
  test('stops what goes by itself, but not what lowers risk', async () => {
    await readyToRoll(fleet);
    await fleet.ask('ada', 'POST', '/v1/freeze?reason=holidays');
    fleet.pass(100);
    await fleet.advance();
    const frozen = await percent(fleet);
    fleet.callable.delete('claude-opus-91');
    await fleet.probeTwice();
    await fleet.advance();

    assert.equal(frozen, 10);
    assert.equal(await percent(fleet), null);
  });

  test('ends with a thaw', async () => {
    await readyToRoll(fleet);
    await fleet.ask('ada', 'POST', '/v1/freeze');
    await fleet.ask('bob', 'POST', '/v1/thaw');
    fleet.pass(1);
    await fleet.advance();

    assert.equal(await percent(fleet), 50);
  });

  test('and its thaw in the same millisecond are told as two things', async () => {
    await fleet.ask('ada', 'POST', '/v1/freeze');
    await fleet.ask('bob', 'POST', '/v1/thaw');
    const { body } = await fleet.ask('ada', 'GET', '/v1/events');
    const changes = body.events.filter(({ kind }: { kind: string }) => kind === 'FreezeChanged');

    assert.equal(new Set(changes.map(({ id }: { id: string }) => id)).size, 2);
  });
});
