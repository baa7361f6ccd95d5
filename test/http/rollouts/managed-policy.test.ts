// A policy that a git repository manages, over HTTP: who is sent there, and what still works for everybody.

import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { Fleet } from '../../support/rollout-fleet.ts';
import { rolloutPolicy } from '../../support/rollout-fleet.ts';
import { enable, newFleet, readyToRoll } from '../../support/rollout-story.ts';

const managedBy = { repository: 'https://git.acme.example/platform/claude-policy', identity: 'cyd' };
const newer = { model: 'claude-opus-91' };
let fleet: Fleet;

describe('a policy that a repository manages', () => {
  beforeEach(async () => {
    fleet = await newFleet();
    await fleet.ask('cyd', 'PUT', '/v1/policy', rolloutPolicy({ managedBy }));
  });

  test('is changed by its identity, and everybody else is sent to the repository', async () => {
    await enable(fleet, 'claude-opus-91');
    const refused = await fleet.ask('ada', 'PUT', '/v1/rings/everyone/pins/opus', newer);
    const tried = await fleet.ask('ada', 'PUT', '/v1/rings/everyone/pins/opus?dry-run', newer);
    const changed = await fleet.ask('cyd', 'PUT', '/v1/rings/everyone/pins/opus?at-once=now', newer);

    assert.deepEqual([refused.status, refused.body.code], [403, 'policy_managed']);
    assert.match(refused.body.title, /https:\/\/git\.acme\.example\/platform\/claude-policy/);
    assert.match(refused.body.hint, /cyd publishes it/);
    assert.deepEqual([tried.status, tried.body.findings.at(-1).code], [200, 'policy_managed']);
    assert.deepEqual([changed.status, changed.body.findings], [200, []]);
  });

  test('takes from everybody what lowers risk: an older model, a restore to it, an abort and a freeze', async () => {
    await readyToRoll(fleet);
    const aborted = await fleet.ask('ada', 'POST', '/v1/rollouts/1/abort');
    await fleet.ask('cyd', 'PUT', '/v1/rings/everyone/pins/opus?at-once=now', newer);
    const older = await fleet.ask('ada', 'PUT', '/v1/rings/everyone/pins/opus', { model: 'claude-opus-90' });
    await fleet.ask('cyd', 'PUT', '/v1/rings/everyone/pins/opus?at-once=now', newer);
    const restored = await fleet.ask('bob', 'POST', `/v1/revisions/${older.body.revision}/restore`);
    const frozen = await fleet.ask('bob', 'POST', '/v1/freeze');

    assert.deepEqual(
      [aborted, older, restored, frozen].map(({ status }) => status),
      [200, 200, 200, 200],
    );
  });

  test('stays managed through a restore of a time before', async () => {
    await fleet.ask('ada', 'POST', '/v1/revisions/1/restore');
    const { body } = await fleet.ask('ada', 'GET', '/v1/policy');

    assert.deepEqual(body.managedBy, managedBy);
  });

  test('is free again when an owner removes the field', async () => {
    await enable(fleet, 'claude-opus-91');
    const ended = await fleet.ask('ada', 'PUT', '/v1/policy', rolloutPolicy());
    const changed = await fleet.ask('bob', 'PUT', '/v1/rings/everyone/pins/opus', newer);

    assert.deepEqual([ended.status, changed.status], [200, 200]);
  });

  test('names a repository that people can open', async () => {
    const draft = rolloutPolicy({ managedBy: { ...managedBy, repository: 'git@github.com:acme/policy.git' } });
    const { status, body } = await fleet.ask('cyd', 'PUT', '/v1/policy', draft);

    assert.deepEqual([status, body.field], [422, '/managedBy/repository']);
  });
});
