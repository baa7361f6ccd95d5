// The exception from the rule of the second person: who may make it, how long it lasts, and who is told.

import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { composeMessage } from '../../../functions/announce/compose-message.ts';
import { serviceUrl } from '../../support/policy-changed.ts';
import { TwoPeople } from '../../support/two-people.ts';

let world: TwoPeople;

beforeEach(async () => {
  world = new TwoPeople();
  await world.begin();
});

async function change(project: string): Promise<number> {
  return (await world.ask('eve', 'PUT', '/v1/policy', { ...(await world.policy()), project })).status;
}

describe('a broken glass', () => {
  test('is told in the answer, and so is its end', async () => {
    const { body: broken } = await world.ask('ada', 'POST', '/v1/break-glass?note=incident&minutes=30');
    const { body: ended } = await world.ask('ada', 'POST', '/v1/break-glass/end');

    assert.match(broken.now, /^No second person is needed until 20\d\d-/);
    assert.equal(ended.now, 'The rule of the second person is not set aside.');
  });

  test('lets one person change what raises risk, until it ends by itself', async () => {
    const before = await change('other-project');
    await world.must('ada', 'POST', '/v1/break-glass?note=incident&minutes=30');
    const meanwhile = await change('other-project');
    await world.pass(31);
    assert.deepEqual([before, meanwhile, await change('third-project')], [202, 200, 202]);
  });

  test('ends at its time, even if nothing else happens', async () => {
    await world.must('ada', 'POST', '/v1/break-glass?note=incident&minutes=30');
    world.time += 30 * 60_000;
    assert.equal(await change('other-project'), 202);
  });

  test('ends when somebody ends it', async () => {
    await world.must('ada', 'POST', '/v1/break-glass?note=incident');
    await world.must('eve', 'POST', '/v1/break-glass/end');
    assert.equal(await change('other-project'), 202);
  });

  test('needs an owner and a reason, and lasts at most a day', async () => {
    const asked = [
      ['cyd', '/v1/break-glass?note=incident'],
      ['ada', '/v1/break-glass'],
      ['ada', '/v1/break-glass?note='],
      ['ada', '/v1/break-glass?note=x&minutes=1441'],
    ] as const;
    const statuses = await Promise.all(asked.map(async ([name, path]) => (await world.ask(name, 'POST', path)).status));
    assert.deepEqual(statuses, [403, 400, 400, 400]);
  });

  test('stands in /v1/health until it ends', async () => {
    await world.must('ada', 'POST', '/v1/break-glass?note=incident&minutes=30');
    const during = await world.ask('eve', 'GET', '/v1/health');
    world.time += 30 * 60_000;
    const after = await world.ask('eve', 'GET', '/v1/health');

    assert.deepEqual(during.body.warnings, [
      'No second person is needed until 2026-11-24T12:30:00.000Z: an owner broke the glass.',
    ]);
    assert.deepEqual(after.body.warnings, []);
  });

  test('is told urgently when it begins, and when it ends', async () => {
    await world.must('ada', 'POST', '/v1/break-glass?note=incident&minutes=30');
    await world.pass(31);
    const told = (await world.events())
      .filter(({ kind }) => kind === 'GlassBroken')
      .map((event) => composeMessage(event, serviceUrl));

    assert.deepEqual(
      told.map((message) => [message?.urgency, message?.title]),
      [
        ['calm', 'A second person is needed again'],
        ['urgent', 'No second person is needed for now'],
      ],
    );
    assert.match(told[1]?.summary ?? '', /By ada@example.com, until 2026-11-24 12:30 UTC. Reason: incident/);
  });
});
