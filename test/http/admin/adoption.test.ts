// GET /v1/adoption: how many machines of each ring have its pins.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asAdmin, asMachine, type Service, startService } from '../../support/service.ts';
import { ring } from '../../support/world.ts';

const pilot = (model: string) =>
  ring({ name: 'pilot', match: ['machine:pilot-1', 'machine:pilot-2'], pins: { opus: { model } } });

async function poll(service: Service, ...machines: string[]): Promise<void> {
  for (const machine of machines) {
    await service.ask().get(`/v1/pins.sh?machine=${machine}&cli=2.1.331`).set(asMachine).expect(200);
  }
}

async function adoption(service: Service) {
  const { body } = await service.ask().get('/v1/adoption').set(asAdmin).expect(200);
  return body;
}

test('a machine has the pins of its ring until they change, whatever changes elsewhere', async () => {
  const first = startService();
  await first.state({ rings: [pilot('claude-opus-4-7'), ring()] });
  await poll(first, 'pilot-1', 'pilot-2', 'laptop-1', 'laptop-2', 'laptop-3');
  await first.state({ rings: [pilot('claude-opus-4-8'), ring()] });
  await poll(first, 'pilot-2', 'laptop-3');
  // An instance writes its counts when it ends.
  await first.close();

  const second = startService({}, { PINWARD_SQLITE: first.file });
  const changed = await adoption(second);
  await second.state({ rings: [pilot('claude-opus-4-7'), ring()] });
  const back = await adoption(second);
  await second.state({ rings: [pilot('claude-opus-4-7'), ring({ project: 'acme-elsewhere' })] });
  const moved = await adoption(second);
  await second.close();

  const countsOf = ({ revision, rings }: typeof changed) => [
    revision,
    ...rings.map((each: { ring: string; current: number; machines: number }) => [
      each.ring,
      each.current,
      each.machines,
    ]),
  ];
  assert.deepEqual(countsOf(changed), [2, ['pilot', 1, 2], ['everyone', 3, 3]]);
  assert.deepEqual(countsOf(back), [3, ['pilot', 1, 2], ['everyone', 3, 3]]);
  assert.deepEqual(countsOf(moved), [4, ['pilot', 1, 2], ['everyone', 0, 3]]);
});

test('who is held back by an old Claude Code is counted in their ring, and for each family', async () => {
  const first = startService();
  await first.state();
  await first.ask().get('/v1/pins.sh?machine=laptop-1&cli=2.1.9').set(asMachine).expect(200);
  await first.close();

  const second = startService({}, { PINWARD_SQLITE: first.file });
  const { rings, period, standardError } = await adoption(second);
  await second.close();

  assert.deepEqual(
    rings[0].heldBack.toSorted((a: { family: string }, b: { family: string }) => a.family.localeCompare(b.family)),
    [
      { family: 'opus', machines: 1 },
      { family: 'sonnet', machines: 1 },
    ],
  );
  assert.notEqual(period, null);
  assert.equal(standardError, 0.016);
});

test('without a policy there is nothing to count, and without polls nobody is counted', async () => {
  const service = startService();
  const none = await service.ask().get('/v1/adoption').set(asAdmin).expect(404);
  await service.state();
  const unpolled = await adoption(service);
  const refused = await service.ask().get('/v1/adoption').set(asMachine).expect(403);
  await service.close();

  assert.deepEqual([none.body.code, refused.body.code], ['no_policy', 'forbidden']);
  assert.deepEqual(unpolled, {
    revision: 1,
    period: null,
    rings: [{ ring: 'everyone', machines: 0, current: 0, heldBack: [] }],
    standardError: 0.016,
  });
});
