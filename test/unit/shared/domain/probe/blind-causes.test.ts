// Blindness by more than one cause: people are told of each once.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { endpoint, idsOf, observed, Runs } from '../../../../support/observations.ts';

const dark = [[endpoint(), 'misconfigured'] as const];

describe('a probe that sees nothing', () => {
  test('is told again for each other cause that two runs agree on, and for none twice', () => {
    const runs = new Runs();
    const told = (
      [
        undefined,
        undefined,
        undefined,
        undefined,
        'api_disabled',
        'api_disabled',
        'permission_denied',
        'api_disabled',
        'permission_denied',
        'permission_denied',
        'api_disabled',
        'api_disabled',
        'permission_denied',
      ] as const
    ).map((cause, at) => {
      const verdict = cause === undefined ? 'transient' : 'misconfigured';
      const observation = observed(verdict, at * 10, { cause: cause ?? null });
      const newEvents = runs.run(at * 10, [], {
        endpoints: [endpoint()],
        results: [{ endpoint: endpoint(), observation }],
      });
      return newEvents.map(({ data }) =>
        'areas' in data ? data.areas.map((area) => 'cause' in area && area.cause) : [],
      );
    });

    const none: readonly unknown[] = [];
    assert.deepEqual(told, [
      none,
      none,
      none,
      [[null]],
      none,
      [['api_disabled']],
      none,
      none,
      none,
      [['permission_denied']],
      none,
      none,
      none,
    ]);
  });

  test('that was told before causes were remembered is told of no cause twice', () => {
    const runs = new Runs();
    for (const minutes of [0, 10]) runs.run(minutes, dark);
    runs.matrix = { ...runs.matrix, blind: runs.matrix.blind.map(({ toldCauses: _, ...area }) => area) };

    assert.deepEqual(idsOf([...runs.run(20, dark), ...runs.run(30, dark)]), []);
  });
});
