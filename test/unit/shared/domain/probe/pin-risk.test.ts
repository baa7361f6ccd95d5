// Pins at risk: told once a place until it is mended, and each step towards Google's floor once.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { extendCatalogue } from '../../../../../shared/domain/models/catalogue.ts';
import { endpoint, idsOf, Runs, refusals } from '../../../../support/observations.ts';
import { policy, ring } from '../../../../support/world.ts';

const model = 'claude-opus-4-8';
const pins = { opus: { model } };
const riskId = `PinAtRisk.${model}.global.acme-claude`;
const pinned = policy({ rings: [ring({ name: 'early', match: ['domain:acme.test'], pins }), ring({ pins })] });

describe('a pinned place', () => {
  for (const verdict of refusals) {
    test(`that was never callable is at risk by the second ${verdict}, once`, () => {
      const runs = new Runs({ policy: pinned });
      const newEvents = [0, 10, 20].map((minutes) => runs.run(minutes, [[endpoint(model), verdict]]));

      assert.deepEqual(newEvents.map(idsOf), [[], [`${riskId}.1`], []]);
      const [notifiedAt] = newEvents[1] ?? [];
      const rings = [
        { ring: 'early', family: 'opus' },
        { ring: 'everyone', family: 'opus' },
      ];
      const where = {
        project: 'acme-claude',
        location: 'global',
        model,
        state: verdict,
        evidence: `it was ${verdict}`,
      };
      assert.deepEqual(notifiedAt?.data, { ...where, pins: rings });
    });
  }

  test('is at risk with the loss, mended by an answer, and at risk again', () => {
    const runs = new Runs({ policy: pinned });
    const verdicts = [
      'enabled',
      'not_enabled',
      'not_served',
      'not_served',
      'enabled',
      'not_enabled',
      'not_enabled',
    ] as const;
    const newEvents = verdicts.map((verdict, at) => idsOf(runs.run(at * 10, [[endpoint(model), verdict]])));

    assert.deepEqual(newEvents[2], [`ModelLost.${model}.global.acme-claude.1`, `${riskId}.1`]);
    assert.deepEqual(newEvents[3], []);
    assert.deepEqual(newEvents[6], [`ModelLost.${model}.global.acme-claude.2`, `${riskId}.2`]);
  });

  test('whose quota runs out, that is unknown or silent is at no risk', () => {
    const runs = new Runs({ policy: pinned });
    const verdicts = [
      'transient',
      'candidate',
      'misconfigured',
      'enabled',
      'no_quota',
      'no_quota',
      'not_enabled',
    ] as const;
    const newEvents = verdicts.flatMap((verdict, at) => idsOf(runs.run(at * 10, [[endpoint(model), verdict]])));

    assert.deepEqual(newEvents, []);
  });

  test('is at risk as soon as a policy pins what was seen not callable, and not once it is pinned no longer', () => {
    const runs = new Runs();
    for (const minutes of [0, 10]) runs.run(minutes, [[endpoint(model), 'not_enabled']]);
    const [notifiedAt, still, none, again] = [pinned, pinned, null, pinned].map((each, at) =>
      idsOf(runs.run(20 + at * 10, [], { policy: each })),
    );

    assert.deepEqual([notifiedAt, still, none, again], [[`${riskId}.1`], [], [], [`${riskId}.2`]]);
  });
});

describe('a pinned model that nears its end', () => {
  const floor = (date: string) => extendCatalogue([], [{ id: model, retirement: { kind: 'not_sooner_than', date } }]);
  const days = [
    [91, []],
    [90, [90]],
    [31, [90]],
    [30, [30]],
    [8, [30]],
    [7, [7]],
    [0, [7]],
    [-3, [7]],
  ] as const;
  for (const [left, notifiedAt] of days) {
    test(`is told ${notifiedAt.length === 0 ? 'nothing' : `as ${notifiedAt[0]} days`} with ${left} left, once`, () => {
      const date = new Date(Date.parse('2026-11-24') + left * 86_400_000).toISOString().slice(0, 10);
      const runs = new Runs({ policy: pinned, catalogue: floor(date) });
      const newEvents = [...runs.run(0, []), ...runs.run(10, [])];

      assert.deepEqual(
        idsOf(newEvents),
        notifiedAt.map((step) => `PinRetiring.${model}.${step}`),
      );
    });
  }

  test('is told at each step as the days go by', () => {
    const runs = new Runs({ policy: pinned, catalogue: floor('2027-03-01') });
    const newEvents = Array.from({ length: 110 }, (_, day) => runs.run(day * 24 * 60, [])).flatMap(idsOf);

    assert.deepEqual(
      newEvents,
      [90, 30, 7].map((step) => `PinRetiring.${model}.${step}`),
    );
  });

  test('is told nothing without a date, and nothing of a model that is not pinned', () => {
    assert.deepEqual(new Runs({ policy: pinned, catalogue: [] }).run(0, []), []);
    assert.deepEqual(new Runs({ catalogue: floor('2026-11-30') }).run(0, []), []);
  });
});
