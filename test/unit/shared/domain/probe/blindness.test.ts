// Blindness: told once, after two runs that saw nothing in the same location, and taken back when all is seen again.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Verdict } from '../../../../../shared/domain/availability/observation.ts';
import { endpoint, idsOf, Runs } from '../../../../support/observations.ts';

type Seen = Readonly<Record<string, readonly Verdict[]>>;
const dark: readonly Verdict[] = ['misconfigured', 'misconfigured'];

/** The news of runs ten minutes apart, each with what the places of its locations said. */
function eventOf(...seen: readonly Seen[]): readonly (readonly string[])[] {
  const runs = new Runs();
  return seen.map((each, at) => {
    const results = Object.entries(each).flatMap(([location, verdicts]) =>
      verdicts.map((verdict, model) => [endpoint(`claude-opus-${model + 4}`, location), verdict] as const),
    );
    return idsOf(runs.run(at * 10, results)).filter((id) => id.startsWith('Probe'));
  });
}

describe('a probe that sees nothing', () => {
  const cases: readonly (readonly [string, readonly Seen[], readonly (readonly string[])[]])[] = [
    ['once is not told', [{ eu: dark }, { eu: ['not_enabled'] }], [[], []]],
    ['twice is told once', [{ eu: dark }, { eu: dark }, { eu: dark }], [[], ['ProbeBlind.probe.1'], []]],
    [
      'in part of a location sees',
      [{ eu: ['misconfigured', 'not_enabled'] }, { eu: ['misconfigured', 'candidate'] }],
      [[], []],
    ],
    [
      'in one location, then in another, was blind in each once',
      [
        { eu: dark, us: ['enabled'] },
        { us: dark, eu: ['enabled'] },
      ],
      [[], []],
    ],
    ['for time-outs only is not told', [{ eu: ['transient'] }, { eu: ['transient', 'unknown'] }], [[], []]],
    [
      'is not mended by time-outs',
      [{ eu: dark }, { eu: ['transient'] }, { eu: dark }],
      [[], [], ['ProbeBlind.probe.1']],
    ],
    [
      'has recovered when every location is seen again, and not by time-outs',
      [
        { eu: dark, us: dark },
        { eu: dark, us: dark },
        { eu: ['enabled'], us: dark },
        { eu: ['enabled'], us: ['transient'] },
        { us: ['candidate'], eu: ['enabled'] },
      ],
      [[], ['ProbeBlind.probe.1'], [], [], ['ProbeRecovered.probe.1']],
    ],
    [
      'again is told again',
      [{ eu: dark }, { eu: dark }, { eu: ['enabled'] }, { eu: dark }, { eu: dark }],
      [[], ['ProbeBlind.probe.1'], ['ProbeRecovered.probe.1'], [], ['ProbeBlind.probe.2']],
    ],
    ['and then asks nothing is as blind as before', [{ eu: dark }, {}, { eu: dark }], [[], [], ['ProbeBlind.probe.1']]],
    [
      'in a location that is looked at no longer has recovered',
      [{ eu: dark }, { eu: dark }, { us: ['enabled'] }],
      [[], ['ProbeBlind.probe.1'], ['ProbeRecovered.probe.1']],
    ],
  ];
  for (const [title, seen, newEvents] of cases) test(title, () => assert.deepEqual(eventOf(...seen), newEvents));

  test('says where, why and what Google answered, and leaves what is known of models alone', () => {
    const runs = new Runs();
    runs.run(0, [
      [endpoint(), 'enabled'],
      [endpoint('claude-opus-5', 'us'), 'enabled'],
    ]);
    const cells = runs.matrix.cells;
    runs.run(10, [
      [endpoint(), 'misconfigured'],
      [endpoint('claude-opus-5', 'us'), 'enabled'],
    ]);
    const newEvents = runs.run(20, [
      [endpoint(), 'misconfigured'],
      [endpoint('claude-opus-5', 'us'), 'misconfigured'],
    ]);

    const data = { locations: ['global'], cause: 'permission_denied', evidence: 'it was misconfigured' };
    assert.deepEqual(
      newEvents.map((each) => each.data),
      [data],
    );
    assert.deepEqual(
      runs.matrix.cells.map(({ state }) => state),
      cells.map(({ state }) => state),
    );
  });
});
