// What a restore brings back at once where the policy requires a second person, and what waits for one.

import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { TwoPeople } from '../../support/two-people.ts';
import { cell, matrix, pins, ring } from '../../support/world.ts';

let world: TwoPeople;

beforeEach(async () => {
  world = new TwoPeople();
});

const opus = (model: string) => ({ rings: [ring({ pins: { ...pins, opus: { model } } })] });

describe('a restore', () => {
  test('never ends the rule', async () => {
    await world.begin({ secondPerson: false });
    await world.must('ada', 'PUT', '/v1/policy', { ...(await world.policy()), secondPerson: true, lock: true });
    await world.must('eve', 'POST', '/v1/revisions/1/restore');
    assert.equal((await world.policy())['secondPerson'], true);
  });

  test('brings back at once what was served in full immediately before, though it raises risk', async () => {
    await world.begin(opus('claude-opus-5'));
    await world.see(matrix([cell('claude-opus-5'), cell('claude-opus-4-8')]));
    await world.must('eve', 'PUT', '/v1/policy', { ...(await world.policy()), ...opus('claude-opus-4-8') });
    const { status, body } = await world.ask('eve', 'POST', '/v1/revisions/1/restore');

    assert.deepEqual([status, body.proposal], [200, null]);
    assert.match(JSON.stringify(await world.policy()), /claude-opus-5"/);
  });

  test('brings back the project that was served before', async () => {
    await world.begin();
    await world.agree({ project: 'other-project' });
    await world.see(matrix([cell('claude-opus-4-8'), cell('claude-sonnet-4-6'), cell('claude-haiku-4-5@20251001')]));
    const { status } = await world.ask('eve', 'POST', '/v1/revisions/1/restore');

    assert.equal(status, 200);
    assert.equal((await world.policy())['project'], 'acme-claude');
  });

  test('does not bring back alone what was restored away', async () => {
    await world.begin();
    await world.agree(opus('claude-opus-5'));
    await world.see(matrix([cell('claude-opus-5'), cell('claude-opus-4-8')]));
    await world.must('eve', 'POST', '/v1/revisions/1/restore');
    const { status, body } = await world.ask('eve', 'POST', '/v1/revisions/2/restore');

    assert.deepEqual([status, body.changed], [202, false]);
  });

  test('does not bring back alone what is not callable any more', async () => {
    await world.begin(opus('claude-opus-5'));
    await world.see(matrix([cell('claude-opus-5', { state: 'not_enabled' }), cell('claude-opus-4-8')]));
    await world.must('eve', 'PUT', '/v1/policy', { ...(await world.policy()), ...opus('claude-opus-4-8') });
    assert.equal((await world.ask('eve', 'POST', '/v1/revisions/1/restore')).status, 202);
  });

  describe('after a person rejected a model for a ring', () => {
    const newer = { ...pins, opus: { model: 'claude-opus-5' } };
    const [few, all] = [ring({ name: 'few', match: ['domain:a.test'] }), ring()];

    /** Few are moved back from the model by hand, and somebody rejects it for one of the rings. Then rings are stated anew. */
    async function rejectedAndStated(rejecting: string, rings: readonly object[]) {
      await world.begin({ rings: [few, all].map((each) => ({ ...each, pins: newer })) });
      await world.see(matrix([cell('claude-opus-5'), cell('claude-opus-4-8')]));
      await world.must('eve', 'PUT', '/v1/policy', { ...(await world.policy()), rings: [few, all] });
      await world.pass(1);
      await world.must('eve', 'POST', `/v1/upgrades/${rejecting}.opus.claude-opus-5/reject`);
      world.time += 60_000;
      await world.must('eve', 'PUT', '/v1/policy', { ...(await world.policy()), rings });
      return (await world.must('eve', 'POST', '/v1/revisions/1/restore')) as Record<string, unknown>;
    }
    const modelIn = async (name: string) => {
      // A policy has this form.
      const { rings } = (await world.policy()) as { rings: { name: string; pins: { opus: { model: string } } }[] };
      return rings.find((each) => each.name === name)?.pins.opus.model;
    };

    test('does not bring it back to the machines of that ring, whatever it is called now', async () => {
      await rejectedAndStated('few', [{ ...few, name: 'chosen' }, all]);

      assert.deepEqual([await modelIn('chosen'), await modelIn('everyone')], ['claude-opus-4-8', 'claude-opus-5']);
    });

    test('brings it back to other machines, though their ring has that name now', async () => {
      await rejectedAndStated('few', [
        { ...few, name: 'everyone' },
        { ...all, name: 'few' },
      ]);

      assert.deepEqual([await modelIn('everyone'), await modelIn('few')], ['claude-opus-4-8', 'claude-opus-5']);
    });
  });

  test('does in part what may be done, and proposes the rest', async () => {
    await world.begin({ settings: { gcpAuthRefresh: 'refresh' } });
    await world.agree({ settings: {}, ...opus('claude-opus-5') });
    const { status, body } = await world.ask('eve', 'POST', '/v1/revisions/1/restore');
    const policy = await world.policy();

    assert.deepEqual([status, body.changed, body.proposal], [200, true, 2]);
    assert.match(JSON.stringify(policy), /claude-opus-4-8/);
    assert.deepEqual(policy['settings'], {});
    assert.deepEqual(body.risks.length, 1);
    assert.match(body.risks[0], /settings\/gcpAuthRefresh/);
  });

  test('gives machines what they had themselves, whatever their ring was called', async () => {
    const newer = { ...pins, opus: { model: 'claude-opus-5' } };
    const [few, all] = [ring({ name: 'few', match: ['domain:a.test'], pins: newer }), ring()];
    await world.begin({ rings: [few, all] });
    await world.see(matrix(['claude-opus-5', 'claude-opus-4-8'].map((model) => cell(model))));
    const swapped = [
      { ...few, name: 'everyone' },
      { ...all, name: 'few' },
    ];
    await world.must('eve', 'PUT', '/v1/policy', { ...(await world.policy()), rings: swapped, lock: true });
    await world.must('eve', 'POST', '/v1/revisions/1/restore');

    assert.match(JSON.stringify(await world.policy()), /"match":\["\*"\],"pins":{"opus":{"model":"claude-opus-4-8"/);
  });
});
