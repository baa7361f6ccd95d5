// Blindness: of each location of each project people are told once when nothing comes back from it, and once when it is over.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Verdict } from '../../../../../shared/domain/availability/observation.ts';
import type { ModelEndpoint } from '../../../../../shared/domain/models/model-endpoint.ts';
import { endpoint, idsOf, Runs } from '../../../../support/observations.ts';

type Seen = Readonly<Record<string, readonly Verdict[]>>;
const dark: readonly Verdict[] = ['misconfigured', 'misconfigured'];

/** The news of runs ten minutes apart, each with what the models of its areas said: a location, or project/location. */
function eventOf(...seen: readonly Seen[]): readonly (readonly string[])[] {
  const runs = new Runs();
  return seen.map((each, at) => idsOf(runs.run(at * 10, resultsOf(each))).filter((id) => id.startsWith('Probe')));
}

function resultsOf(seen: Seen): readonly (readonly [ModelEndpoint, Verdict])[] {
  return Object.entries(seen).flatMap(([area, verdicts]) => {
    const [location, project] = area.split('/').reverse();
    return verdicts.map(
      (verdict, model) => [endpoint(`claude-opus-${model + 4}`, location, project), verdict] as const,
    );
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
    [
      'for time-outs and what it can’t read is told after four runs, once',
      [
        { eu: ['transient'] },
        { eu: ['transient', 'unknown'] },
        { eu: ['unknown'] },
        { eu: ['transient'] },
        { eu: ['transient'] },
      ],
      [[], [], [], ['ProbeBlind.probe.1'], []],
    ],
    [
      'for three runs and then sees is not told',
      [{ eu: ['transient'] }, { eu: ['unknown'] }, { eu: ['transient'] }, { eu: ['candidate'] }, { eu: ['transient'] }],
      [[], [], [], [], []],
    ],
    [
      'of one project, while another answers in the same location, is told',
      [
        { 'acme-a/eu': ['enabled'], 'acme-b/eu': dark },
        { 'acme-a/eu': ['enabled'], 'acme-b/eu': dark },
        { 'acme-a/eu': ['enabled'], 'acme-b/eu': ['not_enabled'] },
      ],
      [[], ['ProbeBlind.probe.1'], ['ProbeRecovered.probe.1']],
    ],
    [
      'of a second project later is told, too, though the first is blind still',
      [
        { 'acme-a/eu': dark, 'acme-b/eu': ['enabled'] },
        { 'acme-a/eu': dark, 'acme-b/eu': dark },
        { 'acme-a/eu': dark, 'acme-b/eu': dark },
        { 'acme-a/eu': ['enabled'], 'acme-b/eu': dark },
        { 'acme-a/eu': ['enabled'], 'acme-b/eu': ['enabled'] },
      ],
      [[], ['ProbeBlind.probe.1'], ['ProbeBlind.probe.2'], ['ProbeRecovered.probe.1'], ['ProbeRecovered.probe.2']],
    ],
    [
      'of everything is told in one message',
      [
        { 'acme-a/eu': dark, 'acme-b/eu': dark, 'acme-b/us': dark },
        { 'acme-a/eu': dark, 'acme-b/eu': dark, 'acme-b/us': dark },
      ],
      [[], ['ProbeBlind.probe.1']],
    ],
    [
      'is not mended by time-outs',
      [{ eu: dark }, { eu: ['transient'] }, { eu: dark }],
      [[], [], ['ProbeBlind.probe.1']],
    ],
    [
      'has recovered in each location for itself, and not by time-outs',
      [
        { eu: dark, us: dark },
        { eu: dark, us: dark },
        { eu: ['enabled'], us: dark },
        { eu: ['enabled'], us: ['transient'] },
        { us: ['candidate'], eu: ['enabled'] },
      ],
      [[], ['ProbeBlind.probe.1'], ['ProbeRecovered.probe.1'], [], ['ProbeRecovered.probe.2']],
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

    const area = { project: 'acme-claude', location: 'global', verdict: 'misconfigured' };
    const data = { areas: [{ ...area, cause: 'permission_denied', evidence: 'it was misconfigured' }] };
    assert.deepEqual(
      newEvents.map((each) => each.data),
      [data],
    );
    assert.deepEqual(
      runs.matrix.cells.map(({ state }) => state),
      cells.map(({ state }) => state),
    );
  });

  test('that had no time for a location doesn’t say that it sees there', () => {
    const runs = new Runs();
    const endpoints = [endpoint('claude-opus-5', 'eu'), endpoint('claude-opus-5', 'us')];
    const [inEu, inUs] = endpoints;
    if (inEu === undefined || inUs === undefined) throw new Error('there are two');
    for (const minutes of [0, 10]) runs.run(minutes, [[inEu, 'misconfigured']]);

    assert.deepEqual(idsOf(runs.run(20, [[inUs, 'not_enabled']], { endpoints })), []);
    const [over] = runs.run(30, [[inUs, 'not_enabled']], { endpoints: [inUs] });
    const areas = [{ project: 'acme-claude', location: 'eu', isProbed: false }];
    assert.deepEqual(over?.data, { areas });
  });

  test('shows the answer that people can mend, or else the one that it can’t read', () => {
    const runs = new Runs();
    for (const minutes of [0, 10, 20])
      runs.run(minutes, resultsOf({ eu: ['transient', 'misconfigured'], us: ['transient', 'unknown'] }));
    const [blind] = runs.run(30, resultsOf({ eu: ['unknown', 'misconfigured'], us: ['transient', 'unknown'] }));
    if (blind?.kind !== 'ProbeBlind') throw new Error('nobody was told');

    assert.deepEqual(
      blind.data.areas.map(({ location, evidence }) => [location, evidence]),
      [
        ['eu', 'it was misconfigured'],
        ['us', 'it was unknown'],
      ],
    );
  });
});
