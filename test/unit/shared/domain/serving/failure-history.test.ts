// What is kept of a rollout's failures: little, however long it takes, and nothing that was not so.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  type FailureHistory,
  FailureHistory as FailureHistorySchema,
  type FailureSample,
  maxSamples,
  withSample,
} from '../../../../../shared/domain/serving/failure-history.ts';

const counts = fc.record({ percent: fc.nat(3), reports: fc.nat(3), failed: fc.nat(2) }, { noNullPrototype: true });

/** A sample each minute. */
function sampled(all: readonly Omit<FailureSample, 'at'>[]): readonly FailureSample[] {
  return all.map((each, minute) => ({ ...each, at: new Date(minute * 60_000).toISOString() }));
}

function historyOf(samples: readonly FailureSample[]): FailureHistory | null {
  return samples.reduce<FailureHistory | null>((history, sample) => withSample(history, sample) ?? history, null);
}

describe('the failure history', () => {
  test('of any rollout can be stored, is in order, begins with the first sample and has only samples that were', () => {
    fc.assert(
      fc.property(fc.array(counts, { minLength: 1, maxLength: 1_000, size: 'max' }), (all) => {
        const samples = sampled(all);
        const { samples: kept } = FailureHistorySchema.parse(historyOf(samples));

        assert.ok(kept.length <= maxSamples);
        assert.deepEqual(kept[0], samples[0]);
        assert.deepEqual(
          kept,
          kept.toSorted((a, b) => a.at.localeCompare(b.at)),
        );
        for (const sample of kept) assert.deepEqual(sample, samples[Date.parse(sample.at) / 60_000]);
      }),
      { numRuns: 50 },
    );
  });

  test('ends with what was last so', () => {
    fc.assert(
      fc.property(fc.array(counts, { minLength: 1, maxLength: 500, size: 'max' }), (all) => {
        const { at: _, ...last } = historyOf(sampled(all))?.samples.at(-1) ?? { at: '' };

        assert.deepEqual(last, all.at(-1));
      }),
      { numRuns: 50 },
    );
  });

  test('does not grow while nothing changes', () => {
    const same = { percent: 10, reports: 7, failed: 1 };

    assert.equal(historyOf(sampled([same, same, { ...same, failed: 2 }, { ...same, failed: 2 }]))?.samples.length, 2);
  });
});
