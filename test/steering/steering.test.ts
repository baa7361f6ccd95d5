// The life of an upgrade and of the rollout that carries it, told as an admin sees it.

import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { openSqlite } from '../../shared/adapters/sqlite.ts';
import { agreeAfterMs } from '../../shared/domain/availability.ts';
import { Fleet, steeredPolicy } from './fleet.ts';

let fleet: Fleet;

beforeEach(async () => {
  fleet = new Fleet(openSqlite(':memory:'));
  fleet.callable.delete('claude-opus-91');
  fleet.callable.delete('claude-opus-92');
  await fleet.ask('ada', 'PUT', '/v1/policy', steeredPolicy());
  await fleet.probeTwice();
});

describe('an upgrade', () => {
  test('is not found before its model was seen to answer', async () => {
    await fleet.advance();
    const { body } = await fleet.ask('ada', 'GET', '/v1/upgrades');

    assert.deepEqual(body.upgrades, []);
  });

  test('soaks, is ready, and then waits for approval', async () => {
    await enable('claude-opus-91');
    await fleet.advance();
    const soaking = await upgrade('everyone.opus.claude-opus-91');
    fleet.pass(2);
    await fleet.advance();
    const ready = await upgrade('everyone.opus.claude-opus-91');
    fleet.pass(100);
    await fleet.advance();

    assert.equal(soaking.state, 'soaking');
    assert.equal(soaking.effect.to.minimumCli, '3.1.0');
    assert.equal(Date.parse(soaking.readyAt), Date.parse(soaking.since) - agreeAfterMs + 2 * 3_600_000);
    assert.equal(ready.state, 'ready');
    assert.equal((await upgrade('everyone.opus.claude-opus-91')).state, 'ready');
  });

  test('goes back when its model stops answering, and soaks anew', async () => {
    await enable('claude-opus-91');
    fleet.pass(2);
    await fleet.advance();
    fleet.callable.delete('claude-opus-91');
    await fleet.probeTwice();
    await fleet.advance();
    const lost = await upgrade('everyone.opus.claude-opus-91');
    await enable('claude-opus-91');
    await fleet.advance();

    assert.equal(lost.state, 'found');
    assert.equal((await upgrade('everyone.opus.claude-opus-91')).state, 'soaking');
  });

  test('does not soak anew because a newer one came', async () => {
    await enable('claude-opus-91');
    fleet.pass(1.5);
    await enable('claude-opus-92');
    fleet.pass(0.5);
    await fleet.advance();

    assert.equal((await upgrade('everyone.opus.claude-opus-91')).state, 'ready');
    assert.equal((await upgrade('everyone.opus.claude-opus-92')).state, 'soaking');
  });

  test('never comes back once it was rejected, while a newer one does', async () => {
    await enable('claude-opus-91');
    await fleet.advance();
    await fleet.ask('ada', 'POST', '/v1/upgrades/everyone.opus.claude-opus-91/reject?reason=too+slow');
    fleet.pass(1000);
    await enable('claude-opus-92');
    await fleet.advance();
    const rejected = await upgrade('everyone.opus.claude-opus-91');

    assert.deepEqual([rejected.state, rejected.decided.reason], ['rejected', 'too slow']);
    assert.equal((await upgrade('everyone.opus.claude-opus-92')).state, 'soaking');
  });

  test('can not be approved before it is ready, unless with a reason to force it', async () => {
    await enable('claude-opus-91');
    await fleet.advance();
    const refused = await fleet.ask('ada', 'POST', '/v1/upgrades/everyone.opus.claude-opus-91/approve');
    const forced = await fleet.ask('ada', 'POST', '/v1/upgrades/everyone.opus.claude-opus-91/approve?force=demo');

    assert.deepEqual([refused.status, refused.body.code], [409, 'upgrade_state']);
    assert.equal(forced.status, 200);
    assert.equal((await upgrade('everyone.opus.claude-opus-91')).decided.reason, 'demo');
  });

  test('can not be forced to a model that does not answer', async () => {
    await enable('claude-opus-91');
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

describe('a rollout', () => {
  test('goes through its stages, each after its bake, and moves the pin at the end', async () => {
    await readyToRoll();
    const shares = [await share()];
    for (let tick = 0; tick < 7; tick++) {
      fleet.pass(0.25);
      await fleet.advance();
      shares.push(await share());
    }
    const { body } = await fleet.ask('ada', 'GET', '/v1/policy');

    assert.deepEqual(shares, [10, 10, 50, 50, 100, 100, null, null]);
    assert.equal(body.rings[0].pins.opus.model, 'claude-opus-91');
    assert.equal((await upgrade('canary.opus.claude-opus-91')).state, 'rolled_out');
  });

  test('that is paused stays at its share until it is resumed, and then bakes anew', async () => {
    await readyToRoll();
    const paused = await fleet.ask('ada', 'POST', '/v1/rollouts/1/pause?reason=lunch');
    fleet.pass(10);
    await fleet.advance();
    const held = await share();
    await fleet.ask('bob', 'POST', '/v1/rollouts/1/resume');
    await fleet.advance();
    const resumed = await share();
    fleet.pass(0.5);
    await fleet.advance();

    assert.equal(paused.status, 200);
    assert.deepEqual([held, resumed, await share()], [10, 10, 50]);
  });

  test('that is aborted serves at once what was served before, and its version does not come back', async () => {
    await readyToRoll();
    const { status } = await fleet.ask('ada', 'POST', '/v1/rollouts/1/abort?reason=slow');
    const known = await fleet.snapshots[0]?.current();
    fleet.pass(100);
    await fleet.advance();

    assert.equal(status, 200);
    assert.deepEqual(known?.ok === true && known.value.published?.revision.rollouts, []);
    assert.equal((await upgrade('canary.opus.claude-opus-91')).state, 'rejected');
    assert.equal(await share(), null);
  });

  test('waits while nobody knows whether its model answers, and ends when it is gone', async () => {
    await readyToRoll();
    fleet.callable.delete('claude-opus-91');
    await fleet.probe();
    fleet.pass(0.5);
    await fleet.advance();
    const doubtful = await share();
    await fleet.probe();
    await fleet.advance();
    const { body } = await fleet.ask('ada', 'GET', '/v1/rollouts/1');

    assert.equal(doubtful, 10);
    assert.deepEqual([body.state, body.by], ['aborted', 'pinward']);
    assert.match(body.reason, /no longer callable/);
    assert.equal((await upgrade('canary.opus.claude-opus-91')).state, 'found');
  });

  test('ends by itself when too many machines report a failure', async () => {
    await readyToRoll();
    const revision = await standing();
    await fleet.report(['a', 'b', 'c', 'd'], revision, 'applied');
    await fleet.report(['e'], revision, 'failed');
    await fleet.advance();
    const tolerated = await share();
    await fleet.report(['f'], revision, 'failed');
    await fleet.advance();
    const { body } = await fleet.ask('ada', 'GET', '/v1/rollouts/1');

    assert.equal(tolerated, 10);
    assert.deepEqual([body.state, body.reports, body.failed], ['aborted', 6, 2]);
    assert.equal((await upgrade('canary.opus.claude-opus-91')).state, 'rejected');
  });

  test('holds back the next ring until the ring before it has the version', async () => {
    await ask('/v1/rings/everyone', { rule: 'auto', soakHours: 0 });
    await readyToRoll();
    const early = await upgrade('everyone.opus.claude-opus-91');
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
    await readyToRoll();
    const { status, body } = await fleet.ask('ada', 'PUT', '/v1/rings/canary/pins/opus', { model: 'claude-opus-91' });
    const elsewhere = await fleet.ask('ada', 'PUT', '/v1/rings/everyone/pins/opus', { model: 'claude-opus-91' });

    assert.deepEqual([status, body.code], [409, 'rollout_active']);
    assert.match(body.hint, /\/v1\/rollouts\/1\/abort/);
    assert.equal(elsewhere.status, 200);
    assert.equal(await share(), 10);
  });

  test('ends when an older revision is restored', async () => {
    await readyToRoll();
    const { status } = await fleet.ask('ada', 'POST', '/v1/revisions/1/restore');
    fleet.pass(100);
    await fleet.advance();

    assert.equal(status, 200);
    assert.equal(await share(), null);
    assert.equal((await upgrade('canary.opus.claude-opus-91')).state, 'rejected');
  });
});

describe('a freeze', () => {
  test('stops what goes by itself, but not what lowers risk', async () => {
    await readyToRoll();
    await fleet.ask('ada', 'POST', '/v1/freeze?reason=holidays');
    fleet.pass(100);
    await fleet.advance();
    const frozen = await share();
    fleet.callable.delete('claude-opus-91');
    await fleet.probeTwice();
    await fleet.advance();

    assert.equal(frozen, 10);
    assert.equal(await share(), null);
  });

  test('ends with a thaw', async () => {
    await readyToRoll();
    await fleet.ask('ada', 'POST', '/v1/freeze');
    await fleet.ask('bob', 'POST', '/v1/thaw');
    fleet.pass(1);
    await fleet.advance();

    assert.equal(await share(), 50);
  });
});

describe('where a second person is needed', () => {
  beforeEach(async () => {
    await fleet.ask('ada', 'PUT', '/v1/policy', steeredPolicy({ secondPerson: true }));
  });

  test('a change that raises risk becomes a proposal, which somebody else approves', async () => {
    await enable('claude-opus-91');
    const proposed = await fleet.ask('ada', 'PUT', '/v1/rings/everyone/pins/opus', { model: 'claude-opus-91' });
    const alone = await fleet.ask('ada', 'POST', '/v1/proposals/1/approve');
    const before = await fleet.ask('ada', 'GET', '/v1/policy');
    const approved = await fleet.ask('bob', 'POST', '/v1/proposals/1/approve');
    const again = await fleet.ask('cyd', 'POST', '/v1/proposals/1/approve');
    const { body } = await fleet.ask('ada', 'GET', `/v1/revisions/${approved.body.revision}`);

    assert.deepEqual([proposed.status, proposed.body.proposal], [202, 1]);
    assert.match(proposed.body.risks[0], /opus of ring everyone becomes claude-opus-91/);
    assert.deepEqual([alone.status, alone.body.code], [409, 'second_person_needed']);
    assert.equal(before.body.rings[1].pins.opus.model, 'claude-opus-90');
    assert.deepEqual([body.by, body.approvedBy], ['ada', 'bob']);
    assert.deepEqual([again.status, again.body.code], [409, 'proposal_state']);
  });

  test('a change that lowers risk, and a restore, need nobody', async () => {
    await enable('claude-opus-91');
    await fleet.ask('ada', 'PUT', '/v1/rings/everyone/pins/opus', { model: 'claude-opus-91' });
    await fleet.ask('bob', 'POST', '/v1/proposals/1/approve');
    const lower = await fleet.ask('ada', 'PUT', '/v1/rings/everyone/pins/opus', { model: 'claude-opus-90' });
    const restored = await fleet.ask('ada', 'POST', '/v1/revisions/3/restore');

    assert.deepEqual([lower.status, restored.status], [200, 200]);
  });

  test('nobody can do away with the rule alone', async () => {
    const { status, body } = await fleet.ask('ada', 'PUT', '/v1/policy', steeredPolicy());

    assert.equal(status, 202);
    assert.deepEqual(body.risks, ['no second person would be needed']);
  });

  test('a proposal on what has changed since is refused', async () => {
    await enable('claude-opus-91');
    await fleet.ask('ada', 'PUT', '/v1/rings/everyone/pins/opus', { model: 'claude-opus-91' });
    await fleet.ask('cyd', 'POST', '/v1/revisions/1/restore');
    const { status, body } = await fleet.ask('bob', 'POST', '/v1/proposals/1/approve');

    assert.deepEqual([status, body.code], [412, 'revision_conflict']);
  });

  test('an upgrade needs two approvals by two persons', async () => {
    await enable('claude-opus-91');
    fleet.pass(2);
    await fleet.advance();
    const path = '/v1/upgrades/everyone.opus.claude-opus-91/approve';
    const first = await fleet.ask('ada', 'POST', path);
    const same = await fleet.ask('ada', 'POST', path);
    const still = await upgrade('everyone.opus.claude-opus-91');
    const second = await fleet.ask('bob', 'POST', path);

    assert.deepEqual([first.status, same.status, second.status], [200, 409, 200]);
    assert.deepEqual([still.state, still.proposed.by], ['ready', 'ada']);
    assert.equal((await upgrade('everyone.opus.claude-opus-91')).state, 'approved');
  });
});

async function enable(model: string): Promise<void> {
  fleet.callable.add(model);
  await fleet.probeTwice();
}

/** Opus 91 has soaked, and the canary ring's rollout has begun. */
async function readyToRoll(): Promise<void> {
  await enable('claude-opus-91');
  fleet.pass(2);
  await fleet.advance();
}

async function upgrade(id: string) {
  const { body } = await fleet.ask('ada', 'GET', '/v1/upgrades');
  return body.upgrades.find((each: { id: string }) => each.id === id);
}

/** The share of the rollout under way; null when there is none. */
async function share(): Promise<number | null> {
  const { body } = await fleet.ask('ada', 'GET', '/v1/rollouts');
  return body.rollouts.find(({ endedAt }: { endedAt: string | null }) => endedAt === null)?.share ?? null;
}

async function standing(): Promise<number> {
  const published = await fleet.store.read('published', 'current');
  return published.ok ? (published.value?.value.revision.number ?? 0) : 0;
}

async function ask(_ring: string, rule: object): Promise<void> {
  const policy = steeredPolicy();
  const [canary, everyone] = policy['rings'] as Record<string, unknown>[]; // steeredPolicy makes two
  await fleet.ask('ada', 'PUT', '/v1/policy', {
    ...policy,
    rings: [canary, { ...everyone, upgrades: { opus: rule } }],
  });
}
