// What in a change of the policy raises risk, so that an organisation may want a second person for it, and what lowers it.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { risksOf } from '../../../../../shared/domain/changes/risk.ts';
import type { Policy } from '../../../../../shared/domain/policy/policy.ts';
import { idsOf, models, policy } from '../../../../support/invented.ts';
import { day, ring } from '../../../../support/world.ts';

const opus = { model: 'claude-opus-91' };
const sonnet = { model: 'claude-sonnet-90' };
const approve = { rule: 'approve', soakHours: 48 };
const auto = { rule: 'auto', soakHours: 48 };
const labs = ring({ name: 'labs', match: ['domain:a.test'], pins: { opus } });

/** Two rings; what a row says otherwise of the policy, and of the ring of everyone. */
function stated(over: Record<string, unknown> = {}, everyone: Record<string, unknown> = {}): Policy {
  const last = ring({ pins: { opus, sonnet }, ...everyone });
  return policy({ upgrades: { opus: approve }, secondPerson: true, rings: [labs, last], ...over });
}

function risks(before: Policy | null, after: Policy, forced: string | null = null): readonly string[] {
  return risksOf(before, after, forced, [], day);
}

const onePerson = 'later changes would need no second person';
const members = 'which machines are in which ring would change';
const ofARing = 'the settings or schedule of a ring would change';
const newer = { model: 'claude-opus-92' };
const older = { model: 'claude-opus-90' };
const moved = (model: string, place: string) => `opus of ring everyone becomes ${model} in ${place}`;
const faster = (rule: string, hours: number, name = 'everyone') =>
  `upgrades of opus reach ring ${name} by rule ${rule} after ${hours} h`;

describe('risk is raised by', () => {
  const fable = { model: 'claude-fable-90' };
  const rows: readonly (readonly [string, Policy, readonly string[]])[] = [
    ['a newer model', stated({}, { pins: { opus: newer, sonnet } }), [moved('claude-opus-92', 'global')]],
    [
      'the same model elsewhere',
      stated({}, { pins: { opus: { ...opus, location: 'us' }, sonnet } }),
      [moved('claude-opus-91', 'us')],
    ],
    [
      'an older model elsewhere',
      stated({}, { pins: { opus: { ...older, location: 'us' }, sonnet } }),
      [moved('claude-opus-90', 'us')],
    ],
    [
      'another location of a ring, for each pin',
      stated({}, { location: 'us' }),
      [moved('claude-opus-91', 'us'), 'sonnet of ring everyone becomes claude-sonnet-90 in us'],
    ],
    [
      'a family that had no pin',
      stated({}, { pins: { opus, sonnet, fable } }),
      ['fable of ring everyone becomes claude-fable-90 in global'],
    ],
    [
      'approval where upgrades were only shown',
      stated({}, { upgrades: { sonnet: approve } }),
      ['upgrades of sonnet reach ring everyone by rule approve after 48 h'],
    ],
    ['upgrades that go by themselves', stated({}, { upgrades: { opus: auto } }), [faster('auto', 48)]],
    ['a shorter soak', stated({}, { upgrades: { opus: { ...approve, soakHours: 47 } } }), [faster('approve', 47)]],
    [
      'a shorter soak under a slower rule, which may become faster later',
      stated({}, { upgrades: { opus: { rule: 'manual', soakHours: 0 } } }),
      [faster('manual', 0)],
    ],
    [
      'a faster rule of the policy, for each ring without its own',
      stated({ upgrades: { opus: auto } }),
      [faster('auto', 48, 'labs'), faster('auto', 48)],
    ],
    ['doing without a second person', stated({ secondPerson: false }), [onePerson]],
    ['saying no more that there must be one', stated({ secondPerson: undefined }), [onePerson]],
    ['another project', stated({ project: 'acme-labs' }), ['the project would change']],
    ['settings', stated({ settings: { model: 'opus' } }), ['the settings would change']],
    [
      'a model of the organisation',
      stated({ models: models.slice(0, -1) }),
      ["the organisation's own models would change"],
    ],
    ['another schedule', stated({ rollout: { stages: [50, 100] } }), ['the schedule of rollouts would change']],
    ['settings of a ring', stated({}, { settings: { model: 'opus' } }), [ofARing]],
    ['a schedule of a ring', stated({}, { rollout: { bakeMinutes: 1 } }), [ofARing]],
    ['a ring that others match', stated({}, { match: ['*', 'domain:b.test'] }), [members]],
    ['a ring less', stated({ rings: [ring({ pins: { opus, sonnet } })] }), [members, ofARing]],
  ];
  for (const [what, after, expected] of rows) {
    test(what, () => assert.deepEqual(risks(stated(), after), expected));
  }

  test('a pin that nobody saw answer, by the reason that was given', () => {
    const after = stated({}, { pins: { opus: newer, sonnet } });

    assert.deepEqual(risks(stated(), after, 'the probe is down'), [
      'a pin that is not known to be callable: the probe is down',
      moved('claude-opus-92', 'global'),
    ]);
  });

  test('each part of a change on its own', () => {
    const after = stated(
      { location: 'us', secondPerson: false },
      { pins: { opus: newer }, match: ['*', 'domain:b.test'] },
    );

    assert.deepEqual(risks(stated(), after), [
      onePerson,
      'opus of ring labs becomes claude-opus-91 in us',
      moved('claude-opus-92', 'us'),
      'the location would change',
      members,
    ]);
  });
});

describe('risk is not raised by', () => {
  const asks = stated({ secondPerson: undefined });
  const rows: readonly (readonly [string, Policy, Policy])[] = [
    ['nothing', stated(), stated()],
    ['an older model in the same place', stated(), stated({}, { pins: { opus: older, sonnet } })],
    ['the location that is meant already', stated(), stated({}, { location: 'global' })],
    ['a pin that is taken away', stated(), stated({}, { pins: { opus } })],
    ['another context of a model', stated(), stated({}, { pins: { opus: { ...opus, context1m: true }, sonnet } })],
    ['a slower rule', stated(), stated({}, { upgrades: { opus: { rule: 'manual', soakHours: 48 } } })],
    ['a longer soak', stated(), stated({}, { upgrades: { opus: { ...approve, soakHours: 49 } } })],
    ['asking for a second person', asks, stated()],
    ['going on without one', asks, stated({ secondPerson: false })],
  ];
  for (const [what, before, after] of rows) {
    test(what, () => assert.deepEqual(risks(before, after), []));
  }

  test('the first policy, even a forced one: there is nobody yet who could be asked', () => {
    assert.deepEqual(risks(null, stated(), 'the probe is down'), []);
  });
});

const drawn = fc.record({
  opus: fc.constantFrom(...idsOf.opus),
  place: fc.constantFrom('global', 'us'),
  rule: fc.constantFrom('manual', 'approve', 'auto'),
  soakHours: fc.nat(2),
});
type Drawn = typeof drawn extends fc.Arbitrary<infer T> ? T : never;

function policyOf({ opus: model, place, rule, soakHours }: Drawn): Policy {
  return stated({}, { pins: { opus: { model, location: place }, sonnet }, upgrades: { opus: { rule, soakHours } } });
}

describe('whatever a ring states,', () => {
  test('its pin raises risk exactly when it goes elsewhere or to a newer model', () => {
    fc.assert(
      fc.property(drawn, drawn, (from, to) => {
        const isRaised = from.place !== to.place || to.opus > from.opus;
        const after = policyOf({ ...from, opus: to.opus, place: to.place });

        assert.deepEqual(risks(policyOf(from), after), isRaised ? [moved(to.opus, to.place)] : []);
      }),
    );
  });

  test('its rule raises risk exactly when it is faster or lets a model soak for less', () => {
    const ranks = { manual: 0, approve: 1, auto: 2 };
    fc.assert(
      fc.property(drawn, drawn, (from, to) => {
        const isFaster = ranks[to.rule] > ranks[from.rule] || to.soakHours < from.soakHours;
        const after = policyOf({ ...from, rule: to.rule, soakHours: to.soakHours });

        assert.deepEqual(risks(policyOf(from), after), isFaster ? [faster(to.rule, to.soakHours)] : []);
      }),
    );
  });

  test('a change that raises no risk and is taken back raises risk, unless it changed nothing', () => {
    fc.assert(
      fc.property(drawn, drawn, (from, to) => {
        const isSame = from.opus === to.opus && from.place === to.place && from.rule === to.rule;
        fc.pre(risks(policyOf(from), policyOf(to)).length === 0);

        const back = risks(policyOf(to), policyOf(from));
        assert.equal(back.length === 0, isSame && from.soakHours === to.soakHours);
      }),
    );
  });
});
