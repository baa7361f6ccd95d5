// What share of a ring fails, from the counts of each revision.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type AdoptionCounts, failureRate } from '../../../../../shared/domain/serving/adoption.ts';

/** Revision, different machines that reported since then, and those of them that failed. */
function counts(...revisions: readonly (readonly [number, number, number])[]): AdoptionCounts {
  return {
    period: null,
    machines: 0,
    heldBack: [],
    reached: [],
    agents: [],
    standardError: 0,
    revisions: revisions.map(([revision, reports, failed]) => ({
      revision,
      served: 0,
      rings: [],
      applied: 0,
      failed: 0,
      sinceThen: [
        { ring: 'pilot', reports: 1, failed: 1 },
        { ring: 'everyone', reports, failed },
      ],
    })),
  };
}

describe('the share of failures since a revision', () => {
  const told = counts([44, 10, 1], [42, 40, 10], [39, 100, 60]);

  for (const [since, reports, failed, rate] of [
    [44, 10, 1, 0.1],
    [43, 10, 1, 0.1],
    [42, 40, 10, 0.25],
    [40, 40, 10, 0.25],
    [1, 100, 60, 0.6],
    [45, 0, 0, 0],
  ] as const) {
    test(`is ${rate} since ${since}`, () =>
      assert.deepEqual(failureRate(told, since, 'everyone'), { reports, failed, rate }));
  }

  test('is 0 when nobody has reported', () => {
    assert.deepEqual(failureRate(counts(), 1, 'everyone'), { reports: 0, failed: 0, rate: 0 });
    assert.deepEqual(failureRate(counts([1, 0, 0]), 1, 'everyone'), { reports: 0, failed: 0, rate: 0 });
  });
});
