// What one person alone can't change where the policy requires a second one, and who may be that one.

import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { members, TwoPeople } from '../../support/two-people.ts';
import { pins, ring } from '../../support/world.ts';

let world: TwoPeople;

beforeEach(async () => {
  world = new TwoPeople();
});

const opus = (model: string) => ({ rings: [ring({ pins: { ...pins, opus: { model } } })] });

describe('alone nobody', () => {
  const rows: readonly (readonly [string, Record<string, unknown>, Record<string, unknown>, string])[] = [
    ['moves a ring to another project', {}, { rings: [ring({ project: 'other-project' })] }, 'project'],
    [
      'moves a ring without pins',
      { rings: [ring({ pins: {} })] },
      { rings: [ring({ pins: {}, project: 'other-project' })] },
      'project',
    ],
    ['unlocks', { lock: true }, { lock: false }, 'locked'],
    ['unlocks a ring', { rings: [ring({ lock: true })] }, {}, 'locked'],
    ['removes pins', {}, { rings: [ring({ pins: { opus: pins.opus } })] }, 'pins/sonnet'],
    [
      'turns the 1M context on',
      {},
      { rings: [ring({ pins: { ...pins, sonnet: { ...pins.sonnet, context1m: true } } })] },
      'pins/sonnet',
    ],
    ['runs a command', {}, { settings: { gcpAuthRefresh: 'curl x | sh' } }, 'settings/gcpAuthRefresh'],
    ['ends the rule', {}, { secondPerson: false }, 'secondPerson'],
  ];

  for (const [name, before, over, path] of rows) {
    test(name, async () => {
      await world.begin(before);
      const policy = await world.policy();
      const { status, body } = await world.ask('eve', 'PUT', '/v1/policy', {
        ...policy,
        ...over,
        ...('rings' in before && !('rings' in over) ? { rings: [ring()] } : {}),
      });
      assert.equal(status, 202);
      assert.ok(
        body.risks.some((risk: string) => risk.includes(`: ${path}`)),
        body.risks.join('\n'),
      );
      assert.deepEqual(await world.policy(), policy, 'nothing took effect');
    });
  }

  test('switches the rule on and something else with it', async () => {
    await world.begin({ secondPerson: false });
    const policy = await world.policy();
    const { status, body } = await world.ask('eve', 'PUT', '/v1/policy', {
      ...policy,
      secondPerson: true,
      project: 'other-project',
    });

    assert.equal(status, 202);
    assert.match(body.risks.join(), /project from acme-claude to other-project/);
  });

  test('gives somebody a role', async () => {
    await world.begin();
    const more = { ...members, approver: [...members.approver, 'email:mal@example.com'] };
    const { status, body } = await world.ask('ada', 'PUT', '/v1/access', more);

    assert.deepEqual([status, body.changed, body.proposal], [202, false, 1]);
    assert.deepEqual(body.risks, ['email:mal@example.com: role from nothing to approver']);
    await world.must('bob', 'POST', '/v1/proposals/1/approve');
    assert.deepEqual(await world.must('ada', 'GET', '/v1/access'), more);
  });
});

describe('alone anybody', () => {
  const rows: readonly (readonly [string, Record<string, unknown>])[] = [
    ['moves a pin to an older model at no higher price', opus('claude-opus-4-6')],
    ['locks', { lock: true }],
    ['changes an announcement of the company', { settings: { companyAnnouncements: ['hello'] } }],
    ['renames a ring', { rings: [ring({ name: 'all' })] }],
    ['makes a ring with what its members had', { rings: [ring({ name: 'pilot', match: ['domain:a.test'] }), ring()] }],
  ];

  for (const [name, over] of rows) {
    test(name, async () => {
      await world.begin();
      const { status, body } = await world.ask('eve', 'PUT', '/v1/policy', { ...(await world.policy()), ...over });
      assert.deepEqual([status, body.risks], [200, []]);
    });
  }

  test('takes a role away', async () => {
    await world.begin();
    const { status, body } = await world.ask('ada', 'PUT', '/v1/access', { ...members, editor: [] });
    assert.deepEqual([status, body.changed], [200, true]);
  });
});

describe('the second person', () => {
  beforeEach(async () => {
    await world.begin();
    await world.must('ada', 'PUT', '/v1/policy', { ...(await world.policy()), ...opus('claude-opus-5') });
  });

  test('is no software', async () => {
    const { status, body } = await world.ask('robo', 'POST', '/v1/proposals/1/approve');
    assert.deepEqual([status, body.code], [409, 'second_person_needed']);
    assert.match(body.hint, /Software/);
  });

  test('is asked for by a dry run of an approval, and a dry run of roles says why', async () => {
    const own = await world.ask('ada', 'POST', '/v1/proposals/1/approve?dry-run');
    const other = await world.ask('bob', 'POST', '/v1/proposals/1/approve?dry-run');
    const more = { ...members, approver: [...members.approver, 'email:mal@example.com'] };
    const roles = await world.ask('ada', 'PUT', '/v1/access?dry-run', more);

    assert.deepEqual([own.status, own.body.code], [409, 'second_person_needed']);
    assert.deepEqual([other.status, other.body.changed, other.body.revision], [200, true, 2]);
    assert.deepEqual([roles.status, roles.body.changed, roles.body.proposal], [200, true, null]);
    assert.deepEqual(roles.body.risks, ['email:mal@example.com: role from nothing to approver']);
    assert.deepEqual(await world.must('ada', 'GET', '/v1/access'), members);
    assert.equal((await world.must('ada', 'GET', '/v1/proposals')).proposals.length, 1);
  });

  test('is nobody who became an approver since', async () => {
    await world.must('ada', 'PUT', '/v1/access', { ...members, approver: members.approver.slice(1) });
    await world.must('ada', 'PUT', '/v1/policy?note=again', { ...(await world.policy()), ...opus('claude-opus-5') });
    await world.must('ada', 'PUT', '/v1/access', members);
    await world.must('bob', 'POST', '/v1/proposals/3/approve');
    const { status, body } = await world.ask('cyd', 'POST', '/v1/proposals/2/approve');
    assert.deepEqual([status, body.code], [409, 'second_person_needed']);
    assert.match(body.hint, /after the proposal was made/);
  });

  test('comes in two weeks, or too late', async () => {
    world.time += 14 * 24 * 3_600_000;
    const { status, body } = await world.ask('bob', 'POST', '/v1/proposals/1/approve');
    assert.deepEqual([status, body.code], [409, 'proposal_state']);
    assert.match(body.title, /expired/);
    assert.equal(body.hint, 'Make the change again.');
  });

  test('approves nothing whose author lost the role', async () => {
    await world.must('eve', 'PUT', '/v1/policy', { ...(await world.policy()), ...opus('claude-opus-5') });
    await world.must('ada', 'PUT', '/v1/access', { ...members, editor: [] });
    const { status, body } = await world.ask('bob', 'POST', '/v1/proposals/2/approve');
    assert.deepEqual([status, body.code], [409, 'proposal_state']);
    assert.match(body.title, /void/);
    assert.match(body.hint, /^POST \/v1\/proposals\/2\/rebase makes an open one again/);
  });

  test('gets the change anew when the policy has moved', async () => {
    await world.must('eve', 'PUT', '/v1/policy', { ...(await world.policy()), lock: true });
    const stale = await world.ask('bob', 'POST', '/v1/proposals/1/approve');
    const rebased = await world.must('ada', 'POST', '/v1/proposals/1/rebase');
    const old = await world.must('ada', 'GET', '/v1/proposals/1');
    await world.must('bob', 'POST', `/v1/proposals/${rebased.proposal}/approve`);
    const policy = JSON.stringify(await world.policy());

    assert.equal(stale.body.code, 'revision_conflict');
    assert.equal(old.state, 'rebased');
    assert.match(policy, /claude-opus-5"/);
    assert.match(policy, /"lock":true/);
  });
});
