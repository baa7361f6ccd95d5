// Which machines of a ring a rollout has reached: the same ones at every poll, more with every stage, as many as the stage says.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  bucketOf,
  buckets,
  isReached,
  percentOf,
  ringWithRollouts,
} from '../../../../../shared/domain/serving/bucketing.ts';
import type { Rollout } from '../../../../../shared/domain/serving/rollout.ts';
import { isBeyondChance } from '../../../../support/binomial.ts';
import { firstRing, pins, policy } from '../../../../support/invented.ts';
import { machine } from '../../../../support/world.ts';

const name = fc.string({ minLength: 1, maxLength: 40 });
const salt = fc.string({ minLength: 8, maxLength: 64 });
const percent = fc.integer({ min: 1, max: 100 });

const rollout: Rollout = {
  id: 3,
  ring: 'everyone',
  family: 'opus',
  from: { model: 'claude-opus-91', context1m: false },
  to: { model: 'claude-opus-92', context1m: false },
  salt: 'c0ffee00c0ffee00',
  stages: [1, 10, 50, 100],
  bakeMinutes: 60,
  abortAtFailurePercent: 5,
  minReports: 20,
  stage: 0,
  state: 'running',
  stageSince: '2026-11-24T11:00:00.000Z',
  startedAt: '2026-11-24T11:00:00.000Z',
  endedAt: null,
  firstRevision: 7,
  by: 'ada',
  reason: '',
  forced: null,
};

describe('the bucket of a machine', () => {
  test('is a whole number from 0 to 9999, the same each time', () => {
    fc.assert(
      fc.property(salt, name, (salted, named) => {
        const bucket = bucketOf(salted, named);

        assert.ok(Number.isInteger(bucket) && bucket >= 0 && bucket < buckets, `${bucket}`);
        assert.equal(bucketOf(salted, named), bucket);
      }),
    );
  });

  // Rollouts outlive a release: with other numbers their machines would go back and forth.
  for (const [named, bucket] of [
    ['laptop-7', 1_113],
    ['ada@example.com', 2_881],
    ['ü', 4_923],
  ] as const) {
    test(`is ${bucket} for ${named} in every version of Pinward`, () => {
      assert.equal(bucketOf('c0ffee00c0ffee00', named), bucket);
    });
  }

  test('is drawn anew by another rollout, whatever it was in the last', () => {
    const again = names(20_000).filter(
      (named) => bucketOf('the first', named) < 1_000 && bucketOf('the second', named) < 1_000,
    );

    assert.ok(!isBeyondChance(again.length, 20_000, 0.1 * 0.1), `${again.length}`);
  });
});

describe('a rollout', () => {
  test('that has reached a machine has reached it at every larger percentage', () => {
    fc.assert(
      fc.property(salt, name, percent, percent, (salted, named, a, b) => {
        const [small, large] = [Math.min(a, b), Math.max(a, b)];

        assert.ok(!reaches(salted, named, small) || reaches(salted, named, large));
      }),
    );
  });

  test('reaches as many machines as its percentage says, as far as chance lets it', () => {
    fc.assert(
      fc.property(salt, percent, fc.integer({ min: 1, max: 2_000 }), (salted, percentage, count) => {
        const reached = names(count).filter((named) => reaches(salted, named, percentage)).length;

        assert.ok(!isBeyondChance(reached, count, percentage / 100), `${reached} of ${count} at ${percentage} %`);
      }),
    );
  });

  test('reaches each hundredth of a fleet alike', () => {
    const counts = new Array<number>(100).fill(0);
    for (const named of names(100_000)) {
      const hundredth = Math.floor(bucketOf('one salt', named) / 100);
      counts[hundredth] = (counts[hundredth] ?? 0) + 1;
    }

    assert.deepEqual(
      counts.filter((count) => isBeyondChance(count, 100_000, 0.01)),
      [],
    );
  });

  test('reaches every machine at 100 %, and one without name and person no sooner', () => {
    fc.assert(
      fc.property(salt, fc.option(name), fc.option(name), (salted, named, email) => {
        assert.ok(isReached({ salt: salted, stages: [50, 100], stage: 1 }, { name: named, email }));
        assert.ok(!isReached({ salt: salted, stages: [99, 100], stage: 0 }, { name: null, email: null }));
      }),
    );
  });

  test('knows a machine by its name, and one without by its person', () => {
    fc.assert(
      fc.property(salt, name, name, percent, (salted, named, email, percentage) => {
        const stage = { salt: salted, stages: [percentage], stage: 0 };

        assert.equal(isReached(stage, { name: named, email }), isReached(stage, { name: named, email: null }));
        assert.equal(isReached(stage, { name: null, email }), isReached(stage, { name: email, email: null }));
      }),
    );
  });

  test('serves the percentage of its stage, and has no stage beyond its last', () => {
    assert.deepEqual(
      [0, 1, 2, 3].map((stage) => percentOf({ ...rollout, stage })),
      [1, 10, 50, 100],
    );
    assert.throws(() => percentOf({ ...rollout, stage: 4 }), /has the stage 4, but only 4 stages/);
  });
});

describe('the ring of a machine', () => {
  const ring = firstRing(policy());
  const atLast = { ...rollout, stage: 3 };
  const laptop = machine({ name: 'laptop-7' });

  test('has the pins that rollouts brought to it, and its own for the other families', () => {
    const sonnet: Rollout = { ...atLast, id: 4, family: 'sonnet', to: { model: 'claude-sonnet-91', context1m: true } };
    const moved = ringWithRollouts(ring, [atLast, sonnet], laptop);

    assert.deepEqual(moved.reached, [atLast, sonnet]);
    assert.deepEqual(moved.ring, { ...ring, pins: { ...ring.pins, opus: atLast.to, sonnet: sonnet.to } });
    assert.equal(moved.ring.pins.haiku?.model, pins.haiku.model);
  });

  test('is as it was stated where no rollout has reached it, or one of another ring', () => {
    const elsewhere = { ...atLast, ring: 'canary' };
    const nobody = machine();

    assert.deepEqual(ringWithRollouts(ring, [elsewhere], laptop), { ring, reached: [] });
    assert.deepEqual(ringWithRollouts(ring, [{ ...rollout, stage: 2 }], nobody), { ring, reached: [] });
  });
});

function names(count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `laptop-${at}`);
}

function reaches(salted: string, named: string, percentage: number): boolean {
  return isReached({ salt: salted, stages: [percentage], stage: 0 }, { name: named, email: null });
}
