// What a run's observations mean: which news there is, and that none comes twice.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Verdict } from '../../../../../shared/domain/availability/observation.ts';
import { endpoint, idsOf, instant, Runs } from '../../../../support/observations.ts';
import { policy, ring } from '../../../../support/world.ts';

const opus = endpoint('claude-opus-5');
const inUs = endpoint('claude-opus-5', 'us');
const enabledId = 'ModelEnabled.claude-opus-5.acme-claude';

/** Runs in which a place was seen not callable twice, so that what follows is news. */
function seenClosed(...endpoints: readonly ReturnType<typeof endpoint>[]): Runs {
  const runs = new Runs();
  for (const minutes of [0, 10])
    runs.run(
      minutes,
      endpoints.map((each) => [each, 'not_enabled'] as const),
    );
  return runs;
}

describe('a first look', () => {
  test('is no news, whatever it sees', () => {
    for (const verdict of Verdict.options) assert.deepEqual(new Runs().run(0, [[opus, verdict]]), []);
  });

  test('may have been wrong: what one run saw not callable and the next saw enabled was not enabled meanwhile', () => {
    const runs = new Runs();

    assert.deepEqual([...runs.run(0, [[opus, 'not_enabled']]), ...runs.run(10, [[opus, 'enabled']])], []);
  });

  test('of a model that was newly listed is news, also in the run that first sees the listing', () => {
    const listed = ['claude-opus-4-8'];
    const runs = new Runs();
    runs.run(0, [], { listed });
    const newEvents = runs.run(10, [[opus, 'enabled']], { listed: [...listed, 'claude-opus-5'] });
    const later = runs.run(90, [[inUs, 'enabled']], { listed });

    assert.deepEqual(idsOf(newEvents), ['ModelListed.claude-opus-5.1', `${enabledId}.1`]);
    assert.deepEqual(idsOf(later), [`${enabledId}.2`]);
  });

  test('of the listing is no news, not even if it comes late', () => {
    const runs = new Runs();
    runs.run(0, [[opus, 'transient']], { listed: null });

    assert.deepEqual(runs.run(10, [[opus, 'enabled']], { listed: ['claude-opus-5'] }), []);
  });
});

describe('an enabling', () => {
  test('is one piece of news a model, with all locations of the run', () => {
    const newEvents = seenClosed(opus, inUs).run(20, [
      [opus, 'enabled'],
      [inUs, 'enabled'],
    ]);

    const data = {
      project: 'acme-claude',
      model: 'claude-opus-5',
      locations: ['global', 'us'],
      evidence: 'it was enabled',
    };
    assert.deepEqual(newEvents, [
      {
        id: `${enabledId}.1`,
        kind: 'ModelEnabled',
        subject: 'claude-opus-5',
        at: instant(20),
        by: 'probe',
        data: { ...data, follows: false, upgrades: [] },
      },
    ]);
  });

  for (const [minutes, follows] of [
    [59, true],
    [60, false],
  ] as const) {
    test(`in another location ${minutes} minutes later ${follows ? 'follows' : 'is told again'}`, () => {
      const runs = seenClosed(opus, inUs);
      runs.run(20, [[opus, 'enabled']]);
      const [newEvents] = runs.run(20 + minutes, [[inUs, 'enabled']]);

      assert.ok(newEvents?.kind === 'ModelEnabled');
      assert.deepEqual([newEvents.id, newEvents.data.follows], [`${enabledId}.2`, follows]);
    });
  }

  test("that follows doesn't lengthen the hour", () => {
    const third = endpoint('claude-opus-5', 'eu');
    const runs = seenClosed(opus, inUs, third);
    runs.run(20, [[opus, 'enabled']]);
    runs.run(70, [[inUs, 'enabled']]);
    const [newEvents] = runs.run(85, [[third, 'enabled']]);

    assert.equal(newEvents?.kind === 'ModelEnabled' && newEvents.data.follows, false);
  });

  test('after a loss is told again within the hour', () => {
    const runs = seenClosed(opus);
    runs.run(20, [[opus, 'enabled']]);
    runs.run(25, [[opus, 'not_enabled']]);
    const lost = runs.run(30, [[opus, 'not_served']]);
    const [newEvents] = runs.run(35, [[opus, 'enabled']]);

    assert.deepEqual(idsOf(lost), ['ModelLost.claude-opus-5.global.acme-claude.1']);
    assert.equal(newEvents?.kind === 'ModelEnabled' && newEvents.data.follows, false);
    assert.equal(newEvents?.id, `${enabledId}.2`);
  });

  test('of a newer model finds the upgrades of pins in the same place, and of no others', () => {
    const pins = { opus: { model: 'claude-opus-4-8' }, sonnet: { model: 'claude-sonnet-4-6' } };
    const rings = [
      ring({ name: 'elsewhere', match: ['domain:acme.test'], location: 'eu', pins }),
      ring({ name: 'other', match: ['domain:labs.test'], project: 'acme-labs', pins }),
      ring({ name: 'ahead', match: ['domain:ahead.test'], pins: { opus: { model: 'claude-opus-5' } } }),
      ring({ pins }),
    ];
    const runs = seenClosed(opus);
    const [enabled] = runs.run(20, [[opus, 'enabled']], { policy: policy({ rings }) });

    assert.ok(enabled?.kind === 'ModelEnabled');
    assert.deepEqual(
      enabled.data.upgrades.map(({ ring: name, family, from, to }) => [
        name,
        family,
        from?.model,
        to?.model,
        to?.location,
      ]),
      [['everyone', 'opus', 'claude-opus-4-8', 'claude-opus-5', 'global']],
    );
  });
});

test('the same model and location in two projects are two places and two pieces of news', () => {
  const labs = endpoint('claude-opus-5', 'global', 'acme-labs');
  const runs = new Runs();
  for (const [minutes, verdict] of [
    [0, 'enabled'],
    [10, 'not_enabled'],
    [20, 'not_enabled'],
  ] as const)
    runs.run(minutes, [
      [opus, verdict],
      [labs, verdict],
    ]);

  assert.equal(new Set(idsOf(runs.newEvents)).size, 2);
});
