// What upgrades and rollouts say that they wait for, and what a call says is now so.

import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { Fleet } from '../../support/rollout-fleet.ts';
import { rolloutPolicy } from '../../support/rollout-fleet.ts';
import { currentRevision, enable, newFleet, readyToRoll, upgrade } from '../../support/rollout-story.ts';

const everyone = 'everyone.opus.claude-opus-91';
const canary = 'canary.opus.claude-opus-91';
let fleet: Fleet;

beforeEach(async () => {
  fleet = await newFleet();
});

describe('an upgrade waits', () => {
  test('for its soak until it is over, and then for a person', async () => {
    await enable(fleet, 'claude-opus-91');
    await fleet.advance();
    const soaking = await upgrade(fleet, everyone);
    fleet.pass(2);
    await fleet.ask('ada', 'POST', '/v1/freeze?note=holidays');
    await fleet.advance();
    const ready = await upgrade(fleet, everyone);

    assert.deepEqual(reasons(soaking), ['soak', 'person']);
    assert.equal(soaking.waits[0].until, soaking.readyAt);
    assert.deepEqual(reasons(ready), ['person', 'freeze']);
    assert.match(ready.waits[1].text, /ada froze.*holidays/);
  });

  test('for the rollout of an earlier ring, until its earliest end', async () => {
    await readyToRoll(fleet);
    await fleet.ask('ada', 'POST', `/v1/upgrades/${everyone}/approve`);
    const { waits } = await upgrade(fleet, everyone);
    const { body } = await fleet.ask('ada', 'GET', '/v1/rollouts/1');

    assert.deepEqual(reasons({ waits }), ['rollout']);
    assert.equal(Date.parse(waits[0].until), Date.parse(body.startedAt) + 3 * 30 * 60_000);
  });

  test('for an earlier ring that has an older model, where it goes by itself', async () => {
    const { rings, ...rest } = rolloutPolicy();
    const [first, last] = rings as Record<string, unknown>[]; // rolloutPolicy makes two
    const upgrades = { opus: { rule: 'auto', soakHours: 0 } };
    const slow = { ...first, upgrades: { opus: { rule: 'approve', soakHours: 0 } } };
    await fleet.ask('ada', 'PUT', '/v1/policy', { ...rest, rings: [slow, { ...last, upgrades }] });
    await enable(fleet, 'claude-opus-91');
    await fleet.advance();
    const { state, waits } = await upgrade(fleet, everyone);

    assert.deepEqual([state, reasons({ waits })], ['ready', ['earlier_ring']]);
    assert.match(waits[0].text, /Ring canary comes first; it still has claude-opus-90/);
  });

  test('for another rule, where nothing goes by itself', async () => {
    await fleet.ask('ada', 'PUT', '/v1/policy', withoutRules());
    await enable(fleet, 'claude-opus-91');
    await fleet.advance();

    assert.deepEqual(reasons(await upgrade(fleet, everyone)), ['rule']);
  });

  test('for the policy, where its pin would be an error', async () => {
    const availableModels = ['claude-opus-90', 'claude-sonnet-90', 'claude-haiku-90@20300101'];
    await fleet.ask('ada', 'PUT', '/v1/policy', rolloutPolicy({ settings: { availableModels } }));
    await enable(fleet, 'claude-opus-91');
    fleet.pass(2);
    await fleet.advance();
    const { waits } = await upgrade(fleet, everyone);
    const { status, body } = await fleet.ask('ada', 'POST', `/v1/upgrades/${everyone}/approve`);

    assert.deepEqual(reasons({ waits }), ['person', 'lint']);
    assert.match(waits[1].text, /does not let claude-opus-91 through/);
    assert.deepEqual([status, body.field], [422, '/rings/1/pins/opus/model']);
  });

  test('for its model while that is in doubt', async () => {
    await enable(fleet, 'claude-opus-91');
    fleet.callable.delete('claude-opus-91');
    await fleet.advance();
    await fleet.probe();

    assert.ok(reasons(await upgrade(fleet, everyone)).includes('model'));
  });

  test('for somebody else, where a second person must approve', async () => {
    await fleet.ask('ada', 'PUT', '/v1/policy', rolloutPolicy({ secondPerson: true }));
    await enable(fleet, 'claude-opus-91');
    fleet.pass(2);
    await fleet.advance();
    const { body } = await fleet.ask('ada', 'POST', `/v1/upgrades/${everyone}/approve?note=tested`);

    assert.deepEqual([body.upgrade.state, body.upgrade.waits[0].for], ['ready', 'second_person']);
    assert.match(body.now, /ada approved it\. Somebody else must, too/);
  });
});

describe('a rollout', () => {
  test('says when its next stage is, and what holds it', async () => {
    await readyToRoll(fleet);
    const running = await rollout();
    await fleet.ask('bob', 'POST', '/v1/rollouts/1/pause?note=lunch');
    await fleet.ask('bob', 'POST', '/v1/freeze');
    const paused = await rollout();

    assert.equal(Date.parse(running.next.at), Date.parse(running.stageSince) + 30 * 60_000);
    assert.deepEqual([running.next.percent, reasons(running.next)], [50, ['bake']]);
    assert.deepEqual([paused.next.at, reasons(paused.next)], [null, ['resume', 'freeze']]);
    assert.match(paused.next.waits[0].text, /bob paused it \(lunch\)/);
  });

  test('goes on at the very time that it says, and not before', async () => {
    await readyToRoll(fleet);
    const { next } = await rollout();
    fleet.time = Date.parse(next.at) - 1;
    await fleet.advance();
    const early = await rollout();
    fleet.time = Date.parse(next.at);
    await fleet.advance();

    assert.deepEqual([early.percent, (await rollout()).percent], [10, 50]);
  });

  test('says that its failures abort it, and is judged by the machines of its ring alone', async () => {
    await readyToRoll(fleet);
    const revision = await currentRevision(fleet);
    await fleet.report(['a', 'b', 'c', 'd', 'e'], revision, 'failed', 'everyone');
    await fleet.report(['f', 'g'], revision, 'failed', 'canary');
    await fleet.advance();
    const unjudged = await rollout();
    await fleet.report(['h'], revision, 'failed', 'canary');
    const judged = await rollout();

    assert.deepEqual([unjudged.state, unjudged.reports, unjudged.failed], ['running', 2, 2]);
    assert.deepEqual([unjudged.enoughReports, judged.enoughReports], [false, true]);
    assert.deepEqual(reasons(judged.next), ['abort', 'bake']);
  });

  test('that is over has no next stage', async () => {
    await readyToRoll(fleet);
    await fleet.ask('ada', 'POST', '/v1/rollouts/1/abort');

    assert.equal((await rollout()).next, null);
  });
});

describe('a call for emergencies', () => {
  test('takes a note, keeps it in its event, and says what is now so', async () => {
    await readyToRoll(fleet);
    const paused = await fleet.ask('ada', 'POST', '/v1/rollouts/1/pause?note=n1');
    const resumed = await fleet.ask('ada', 'POST', '/v1/rollouts/1/resume?note=n2');
    const frozen = await fleet.ask('ada', 'POST', '/v1/freeze?note=n3');
    const still = await fleet.ask('ada', 'POST', '/v1/freeze?note=n4');
    const thawed = await fleet.ask('ada', 'POST', '/v1/thaw?note=n5');
    const aborted = await fleet.ask('ada', 'POST', '/v1/rollouts/1/abort?note=n6');
    const { body } = await fleet.ask('ada', 'GET', '/v1/events');
    const reasonsKept = body.events.map(({ data }: { data: { reason?: string } }) => data.reason);

    assert.deepEqual([paused.body.rollout.state, resumed.body.rollout.state], ['paused', 'running']);
    assert.deepEqual([frozen.body.frozen, still.body.frozen, thawed.body.frozen], [true, true, false]);
    assert.deepEqual([frozen.body.changed, still.body.changed], [true, false]);
    assert.deepEqual([aborted.body.rollout.state, aborted.body.upgrade.state], ['aborted', 'rejected']);
    assert.match(aborted.body.now, /Upgrade canary\.opus\.claude-opus-91 is rejected; POST .*\/reopen offers it again/);
    assert.deepEqual(reasonsKept.slice(0, 5), ['n6', 'n5', 'n3', 'n2', 'n1']);
  });

  test('tried out changes nothing, and says what it would', async () => {
    await readyToRoll(fleet);
    const { body } = await fleet.ask('ada', 'POST', '/v1/rollouts/1/abort?dry-run');

    assert.deepEqual([body.changed, body.rollout.state], [true, 'aborted']);
    assert.equal((await rollout()).state, 'running');
    assert.equal((await upgrade(fleet, canary)).state, 'ready');
  });

  test('takes the former name of its note, but not both', async () => {
    const { status, body } = await fleet.ask('ada', 'POST', '/v1/freeze?note=a&reason=b');

    assert.deepEqual([status, body.code, body.field], [400, 'parameter_invalid', 'reason']);
  });
});

async function rollout() {
  return (await fleet.ask('ada', 'GET', '/v1/rollouts/1')).body;
}

function reasons({ waits }: { readonly waits: readonly { readonly for: string }[] }): readonly string[] {
  return waits.map((each) => each.for);
}

function withoutRules(): Record<string, unknown> {
  const { rings, ...rest } = rolloutPolicy();
  const stated = rings as readonly Record<string, unknown>[]; // rolloutPolicy makes two
  return { ...rest, rings: stated.map(({ upgrades: _, ...ring }) => ring) };
}
