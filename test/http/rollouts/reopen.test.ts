// Upgrades that ended and are offered again: by a call, and by a pin that moves back.

import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { Fleet } from '../../support/rollout-fleet.ts';
import { rolloutPolicy } from '../../support/rollout-fleet.ts';
import { enable, newFleet, percent, readyToRoll, upgrade } from '../../support/rollout-story.ts';

const everyone = 'everyone.opus.claude-opus-91';
const canary = 'canary.opus.claude-opus-91';
let fleet: Fleet;

beforeEach(async () => {
  fleet = await newFleet();
});

describe('an upgrade', () => {
  test('whose pin was moved by hand and then restored is offered again, and waits for a person', async () => {
    await enable(fleet, 'claude-opus-91');
    await fleet.advance();
    await fleet.ask('ada', 'PUT', '/v1/rings/everyone/pins/opus?at-once=now', { model: 'claude-opus-91' });
    const moved = await upgrade(fleet, everyone);
    await fleet.ask('bob', 'POST', '/v1/revisions/1/restore');
    const back = await upgrade(fleet, everyone);
    fleet.pass(3);
    await fleet.advance();
    const ready = await upgrade(fleet, everyone);

    assert.deepEqual([moved.state, moved.pinChange], ['superseded', null]);
    assert.deepEqual([back.state, back.reopened.by], ['soaking', 'bob']);
    assert.match(back.reopened.reason, /revision 1 was restored/);
    assert.deepEqual([ready.state, ready.pinChange.to.model], ['ready', 'claude-opus-91']);
  });

  test('that was rolled out is offered again when its pin moves back, and never returns by itself', async () => {
    await readyToRoll(fleet);
    for (let tick = 0; tick < 3; tick++) {
      fleet.pass(0.5);
      await fleet.advance();
    }
    const rolledOut = await upgrade(fleet, canary);
    await fleet.ask('ada', 'PUT', '/v1/rings/canary/pins/opus', { model: 'claude-opus-90' });
    for (let tick = 0; tick < 3; tick++) {
      fleet.pass(100);
      await fleet.advance();
    }
    const waiting = await upgrade(fleet, canary);
    const untouched = await percent(fleet);
    await fleet.ask('bob', 'POST', `/v1/upgrades/${canary}/approve`);

    assert.equal(rolledOut.state, 'rolled_out');
    assert.deepEqual([waiting.state, waiting.waits[0]?.for, untouched], ['ready', 'person', null]);
    assert.match(waiting.waits[0].text, /ada/);
    assert.equal(await percent(fleet), 10);
  });

  test('never returns by itself either when its model was pinned before it could be an upgrade', async () => {
    await enable(fleet, 'claude-opus-91');
    await fleet.ask('ada', 'PUT', '/v1/rings/canary/pins/opus?at-once=now', { model: 'claude-opus-91' });
    await fleet.ask('ada', 'PUT', '/v1/rings/canary/pins/opus', { model: 'claude-opus-90' });
    fleet.pass(100);
    await fleet.advance();
    await fleet.advance();

    const { state, waits } = await upgrade(fleet, canary);
    assert.deepEqual([state, waits[0]?.for, await percent(fleet)], ['ready', 'person', null]);
  });

  test('whose pin was removed is offered again when the pin is back', async () => {
    await enable(fleet, 'claude-opus-91');
    await fleet.advance();
    const { rings, ...rest } = rolloutPolicy();
    const stated = rings as { pins: Record<string, unknown> }[]; // rolloutPolicy makes two
    const unpinned = stated.map(({ pins: { opus: _, ...pins }, ...ring }) => ({ ...ring, pins }));
    await fleet.ask('ada', 'PUT', '/v1/policy', { ...rest, rings: unpinned });
    const gone = await upgrade(fleet, everyone);
    await fleet.ask('ada', 'PUT', '/v1/policy', rolloutPolicy());

    assert.deepEqual([gone.state, gone.pinChange, gone.waits], ['superseded', null, []]);
    assert.equal((await upgrade(fleet, everyone)).state, 'soaking');
  });

  test('that a person rejected is reopened by a call, and says so', async () => {
    await enable(fleet, 'claude-opus-91');
    await fleet.advance();
    await fleet.ask('ada', 'POST', `/v1/upgrades/${everyone}/reject?note=too+slow`);
    const { status, body } = await fleet.ask('bob', 'POST', `/v1/upgrades/${everyone}/reopen?note=fixed`);
    const again = await fleet.ask('bob', 'POST', `/v1/upgrades/${everyone}/reopen`);
    const { body: history } = await fleet.ask('ada', 'GET', '/v1/events');

    assert.deepEqual([status, body.upgrade.state, body.upgrade.reopened.reason], [200, 'soaking', 'fixed']);
    assert.match(body.now, /is soaking/);
    assert.deepEqual([again.status, again.body.changed], [200, false]);
    const { data } = history.events.find(({ kind }: { kind: string }) => kind === 'UpgradeDecided');
    assert.deepEqual([data.decision, data.reason], ['reopened', 'fixed']);
  });

  test('is not reopened while its pin is as new', async () => {
    await enable(fleet, 'claude-opus-91');
    await fleet.advance();
    await fleet.ask('ada', 'PUT', '/v1/rings/everyone/pins/opus?at-once=now', { model: 'claude-opus-91' });
    const { status, body } = await fleet.ask('ada', 'POST', `/v1/upgrades/${everyone}/reopen`);

    assert.deepEqual([status, body.code], [409, 'upgrade_state']);
    assert.match(body.hint, /newer than the pin, which is claude-opus-91/);
  });

  test('that was rejected stays rejected when a restore does not move its pin', async () => {
    await enable(fleet, 'claude-opus-91');
    await fleet.advance();
    await fleet.ask('ada', 'POST', `/v1/upgrades/${everyone}/reject`);
    await fleet.ask('ada', 'PUT', '/v1/policy', rolloutPolicy({ lock: true }));
    await fleet.ask('ada', 'POST', '/v1/revisions/1/restore');

    assert.equal((await upgrade(fleet, everyone)).state, 'rejected');
  });

  test('that was rejected does not start by itself when its ring gets another name', async () => {
    await enable(fleet, 'claude-opus-91');
    await fleet.advance();
    await fleet.ask('ada', 'POST', `/v1/upgrades/${canary}/reject`);
    const { rings, ...rest } = rolloutPolicy();
    const [first, ...others] = rings as Record<string, unknown>[]; // rolloutPolicy makes two
    await fleet.ask('ada', 'PUT', '/v1/policy', { ...rest, rings: [{ ...first, name: 'early' }, ...others] });
    for (let tick = 0; tick < 3; tick++) {
      fleet.pass(100);
      await fleet.advance();
    }

    assert.equal((await upgrade(fleet, 'early.opus.claude-opus-91')).state, 'rejected');
    assert.equal(await percent(fleet), null);
  });
});
