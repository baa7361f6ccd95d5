// Where a second person must agree to what raises risk.

import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { Fleet } from '../../support/rollout-fleet.ts';
import { rolloutPolicy } from '../../support/rollout-fleet.ts';
import { enable, newFleet, readyToRoll, upgrade } from '../../support/rollout-story.ts';

let fleet: Fleet;

beforeEach(async () => {
  fleet = await newFleet();
});

describe('where a second person is needed', () => {
  beforeEach(async () => {
    await fleet.ask('ada', 'PUT', '/v1/policy', rolloutPolicy({ secondPerson: true }));
  });

  test('a change that raises risk becomes a proposal, which somebody else approves', async () => {
    await enable(fleet, 'claude-opus-91');
    const proposed = await fleet.ask('ada', 'PUT', '/v1/rings/everyone/pins/opus', { model: 'claude-opus-91' });
    const alone = await fleet.ask('ada', 'POST', '/v1/proposals/1/approve');
    const before = await fleet.ask('ada', 'GET', '/v1/policy');
    const approved = await fleet.ask('bob', 'POST', '/v1/proposals/1/approve');
    const again = await fleet.ask('cyd', 'POST', '/v1/proposals/1/approve');
    const { body } = await fleet.ask('ada', 'GET', `/v1/revisions/${approved.body.revision}`);

    assert.deepEqual([proposed.status, proposed.body.proposal], [202, 1]);
    assert.match(proposed.body.risks[0], /^ring everyone: pins\/opus from claude-opus-90 .* to claude-opus-91 /);
    assert.deepEqual([alone.status, alone.body.code], [409, 'second_person_needed']);
    assert.equal(before.body.rings[1].pins.opus.model, 'claude-opus-90');
    assert.deepEqual([body.by, body.approvedBy], ['ada', 'bob']);
    assert.deepEqual([again.status, again.body.code], [409, 'proposal_state']);
    assert.match(again.body.hint, /^It was carried out/);
  });

  test('a change that lowers risk, and a restore, need nobody', async () => {
    await enable(fleet, 'claude-opus-91');
    await fleet.ask('ada', 'PUT', '/v1/rings/everyone/pins/opus', { model: 'claude-opus-91' });
    await fleet.ask('bob', 'POST', '/v1/proposals/1/approve');
    const lower = await fleet.ask('ada', 'PUT', '/v1/rings/everyone/pins/opus', { model: 'claude-opus-90' });
    const restored = await fleet.ask('ada', 'POST', '/v1/revisions/3/restore');

    assert.deepEqual([lower.status, restored.status], [200, 200]);
  });

  test('nobody can do away with the rule alone', async () => {
    const { status, body } = await fleet.ask('ada', 'PUT', '/v1/policy', rolloutPolicy());

    assert.equal(status, 202);
    assert.deepEqual(body.risks, ['every change: secondPerson from true to false']);
  });

  test('a proposal on what has changed since is refused', async () => {
    await enable(fleet, 'claude-opus-91');
    await fleet.ask('ada', 'PUT', '/v1/rings/everyone/pins/opus', { model: 'claude-opus-91' });
    await fleet.ask('cyd', 'PUT', '/v1/policy', rolloutPolicy({ secondPerson: true, lock: true }));
    const { status, body } = await fleet.ask('bob', 'POST', '/v1/proposals/1/approve');

    assert.deepEqual([status, body.code], [412, 'revision_conflict']);
  });

  test('an upgrade needs two approvals by two persons', async () => {
    await enable(fleet, 'claude-opus-91');
    fleet.pass(2);
    await fleet.advance();
    const path = '/v1/upgrades/everyone.opus.claude-opus-91/approve';
    const first = await fleet.ask('ada', 'POST', path);
    const same = await fleet.ask('ada', 'POST', path);
    const still = await upgrade(fleet, 'everyone.opus.claude-opus-91');
    const second = await fleet.ask('bob', 'POST', path);

    assert.deepEqual([first.status, same.status, second.status], [200, 409, 200]);
    assert.deepEqual([still.state, still.proposed.by], ['ready', 'ada']);
    assert.equal((await upgrade(fleet, 'everyone.opus.claude-opus-91')).state, 'approved');
  });

  test('the approvals of an upgrade do not hold for machines that come to its ring later', async () => {
    await fleet.ask('ada', 'POST', '/v1/freeze');
    await readyToRoll(fleet);
    const id = 'everyone.opus.claude-opus-91';
    for (const person of ['ada', 'bob'] as const) await fleet.ask(person, 'POST', `/v1/upgrades/${id}/approve`);
    const approved = await upgrade(fleet, id);
    const { body: policy } = await fleet.ask('ada', 'GET', '/v1/policy');
    const [canary, everyone] = policy.rings;
    const rings = [{ ...canary, match: ['machine:c-1'] }, everyone];
    const { status } = await fleet.ask('cyd', 'PUT', '/v1/policy', { ...policy, rings });
    const { state, decided, proposed } = await upgrade(fleet, id);

    assert.equal(approved.state, 'approved');
    assert.deepEqual([status, state, decided, proposed], [200, 'ready', null, null]);
  });
});
