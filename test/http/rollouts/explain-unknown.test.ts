// Explain says what it can't know: which ring, whether a rollout reaches a machine, and what was so at other times.

import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { Fleet } from '../../support/rollout-fleet.ts';
import { rolloutPolicy } from '../../support/rollout-fleet.ts';
import { newFleet, readyToRoll } from '../../support/rollout-story.ts';

let fleet: Fleet;
const explain = (query: string) => fleet.ask('ada', 'GET', `/v1/explain?${query}`);

beforeEach(async () => {
  fleet = await newFleet();
});

describe('explain by name alone', () => {
  beforeEach(async () => {
    const { rings, ...rest } = rolloutPolicy();
    const [canary, everyone] = rings as Record<string, unknown>[]; // rolloutPolicy makes two
    const pilot = { ...canary, match: ['machine:c-1', 'label:team=sre', 'email:ada@acme.example'] };
    await fleet.ask('ada', 'PUT', '/v1/policy', { ...rest, rings: [pilot, everyone] });
  });

  test('names the rings that are possible, and what decides between them', async () => {
    const { status, body } = await explain('machine=laptop-7');

    assert.deepEqual([status, body.ring], [200, null]);
    assert.deepEqual(body.decidedBy.toSorted(), ['email', 'label']);
    assert.deepEqual(
      body.possible.map(({ ring, selector, matches }: Record<string, unknown>) => [ring, selector, matches]),
      [
        ['canary', null, ['label:team=sre', 'email:ada@acme.example']],
        ['everyone', '*', []],
      ],
    );
    assert.equal(body.pins, undefined);
  });

  test('is sure where the name decides', async () => {
    assert.equal((await explain('machine=c-1')).body.ring, 'canary');
  });

  test('is sure once the address or the labels are stated, also that there are none', async () => {
    const rings = [];
    for (const rest of ['email=ada@acme.example', 'email=bob@acme.example', 'label=team=sre,site=ber', 'label=']) {
      rings.push((await explain(`machine=laptop-7&${rest}`)).body.ring);
    }

    assert.deepEqual(rings, ['canary', 'everyone', 'canary', 'everyone']);
  });
});

describe('explain without a name', () => {
  test('does not claim that a rollout reaches a machine, or passes it over', async () => {
    const policy = rolloutPolicy({ rollout: { stages: [10, 100], bakeMinutes: 30 } });
    const [first] = policy['rings'] as Record<string, unknown>[]; // rolloutPolicy makes two
    await fleet.ask('ada', 'PUT', '/v1/policy', { ...policy, rings: [{ ...first, name: 'all', match: ['*'] }] });
    await readyToRoll(fleet);
    const unknown = await explain('label=');
    const nameless = await explain('label=&machine=');
    const addressed = await explain('email=ada@acme.example');

    assert.deepEqual([unknown.body.ring, unknown.body.decidedBy], [null, ['machine']]);
    for (const { body } of [unknown, addressed]) {
      assert.deepEqual(
        [body.possible[0].rollouts[0].reached, body.possible[0].pins.opus.model],
        [null, 'claude-opus-90'],
      );
    }
    assert.deepEqual([nameless.body.ring, nameless.body.rollouts[0].reached], ['all', false]);
  });
});

describe('explain at a time', () => {
  test('before the first revision says since when there is a policy', async () => {
    const { status, body } = await explain('machine=c-1&at=2030-01-01T00:00:00Z');

    assert.deepEqual([status, body.code, body.field], [404, 'time_before_policy', 'at']);
    assert.match(body.hint, /2031-05-01T00:00:00\.000Z/);
  });

  test('that has not come is refused', async () => {
    const { status, body } = await explain('machine=c-1&at=2032-01-01T00:00:00Z');

    assert.deepEqual([status, body.code, body.field], [400, 'parameter_invalid', 'at']);
    assert.match(body.hint, /a time that has come; it is 2031-05-01/);
  });

  test('with an offset is that time in UTC, whether its + was escaped or not', async () => {
    for (const at of ['2031-05-01T02:00:30%2B02:00', '2031-05-01T02:00:30+02:00', '2031-04-30T22:00:30-02:00']) {
      const { status, body } = await explain(`machine=c-1&at=${at}`);
      assert.deepEqual([status, body.at, body.revision], [200, '2031-05-01T00:00:30.000Z', 1], at);
    }
  });

  test('without a zone is refused with the forms that are taken', async () => {
    const { status, body } = await explain('machine=c-1&at=2031-05-01T00:00:00');

    assert.deepEqual([status, body.field], [400, 'at']);
    assert.match(body.hint, /2026-11-28T12:00:00Z or/);
  });
});

test('explain names the pin of the ring and the rollout that replaces it, as the machine is served', async () => {
  await readyToRoll(fleet);
  for (const name of ['c-1', 'c-2']) {
    const { body } = await explain(`machine=${name}`);
    const moved = body.reasons.some(({ code }: { code: string }) => code === 'rolled_out');
    assert.deepEqual(
      [moved, body.pins.opus.model],
      [body.rollouts[0].reached, body.rollouts[0].reached ? 'claude-opus-91' : 'claude-opus-90'],
    );
    assert.equal(body.reasons.find(({ code }: { code: string }) => code === 'pinned').model, 'claude-opus-90');
  }
});
