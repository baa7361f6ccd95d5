// The life of an upgrade, told as an admin sees it.

import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { agreeAfterMs } from '../../../shared/domain/availability/availability.ts';
import type { Fleet } from '../../support/rollout-fleet.ts';
import { enable, newFleet, upgrade } from '../../support/rollout-story.ts';

let fleet: Fleet;

beforeEach(async () => {
  fleet = await newFleet();
});

describe('an upgrade', () => {
  test('is not found before its model was seen to answer', async () => {
    await fleet.advance();
    const { body } = await fleet.ask('ada', 'GET', '/v1/upgrades');

    assert.deepEqual(body.upgrades, []);
  });

  test('soaks, is ready, and then waits for approval', async () => {
    await enable(fleet, 'claude-opus-91');
    await fleet.advance();
    const soaking = await upgrade(fleet, 'everyone.opus.claude-opus-91');
    fleet.pass(2);
    await fleet.advance();
    const ready = await upgrade(fleet, 'everyone.opus.claude-opus-91');
    fleet.pass(100);
    await fleet.advance();

    assert.equal(soaking.state, 'soaking');
    assert.equal(soaking.pinChange.to.minimumCli, '3.1.0');
    assert.equal(Date.parse(soaking.readyAt), Date.parse(soaking.since) - agreeAfterMs + 2 * 3_600_000);
    assert.equal(ready.state, 'ready');
    assert.equal((await upgrade(fleet, 'everyone.opus.claude-opus-91')).state, 'ready');
  });

  test('goes back when its model stops answering, and soaks anew', async () => {
    await enable(fleet, 'claude-opus-91');
    fleet.pass(2);
    await fleet.advance();
    fleet.callable.delete('claude-opus-91');
    await fleet.probeTwice();
    await fleet.advance();
    const lost = await upgrade(fleet, 'everyone.opus.claude-opus-91');
    await enable(fleet, 'claude-opus-91');
    await fleet.advance();

    assert.equal(lost.state, 'found');
    assert.equal((await upgrade(fleet, 'everyone.opus.claude-opus-91')).state, 'soaking');
  });

  test('does not soak anew because a newer one came', async () => {
    await enable(fleet, 'claude-opus-91');
    fleet.pass(1.5);
    await enable(fleet, 'claude-opus-92');
    fleet.pass(0.5);
    await fleet.advance();

    assert.equal((await upgrade(fleet, 'everyone.opus.claude-opus-91')).state, 'ready');
    assert.equal((await upgrade(fleet, 'everyone.opus.claude-opus-92')).state, 'soaking');
  });

  test('never comes back once it was rejected, while a newer one does', async () => {
    await enable(fleet, 'claude-opus-91');
    await fleet.advance();
    await fleet.ask('ada', 'POST', '/v1/upgrades/everyone.opus.claude-opus-91/reject?reason=too+slow');
    fleet.pass(1000);
    await enable(fleet, 'claude-opus-92');
    await fleet.advance();
    const rejected = await upgrade(fleet, 'everyone.opus.claude-opus-91');

    assert.deepEqual([rejected.state, rejected.decided.reason], ['rejected', 'too slow']);
    assert.equal((await upgrade(fleet, 'everyone.opus.claude-opus-92')).state, 'soaking');
  });

  test('can not be approved before it is ready, unless with a reason to force it', async () => {
    await enable(fleet, 'claude-opus-91');
    await fleet.advance();
    const refused = await fleet.ask('ada', 'POST', '/v1/upgrades/everyone.opus.claude-opus-91/approve');
    const forced = await fleet.ask('ada', 'POST', '/v1/upgrades/everyone.opus.claude-opus-91/approve?force=demo');

    assert.deepEqual([refused.status, refused.body.code], [409, 'upgrade_state']);
    assert.equal(forced.status, 200);
    assert.equal((await upgrade(fleet, 'everyone.opus.claude-opus-91')).decided.reason, 'demo');
  });

  test('can not be forced to a model that does not answer', async () => {
    await enable(fleet, 'claude-opus-91');
    await fleet.advance();
    fleet.callable.delete('claude-opus-91');
    await fleet.probeTwice();
    const { status, body } = await fleet.ask(
      'ada',
      'POST',
      '/v1/upgrades/everyone.opus.claude-opus-91/approve?force=x',
    );

    assert.deepEqual([status, body.code], [409, 'upgrade_state']);
  });

  test('that is unknown is a 404 that says where to look', async () => {
    const { status, body } = await fleet.ask('ada', 'POST', '/v1/upgrades/nope/approve');

    assert.equal(status, 404);
    assert.match(body.hint, /GET \/v1\/upgrades/);
  });
});
