// The simulation of a fleet in short; `npm run simulate` is the long one. That each of its rules can be broken is shown in
// fleet-flaws.test.ts.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { simulate } from './fleet.ts';
import { type Options, readOptions, withNight, withoutNight } from './fleet-options.ts';
import type { Simulated } from './fleet-report.ts';

const options: Options = { machines: 2_000, seed: 1, instances: 3, timer: 300, hours: withoutNight, flaws: new Set() };

describe('a fleet of 2,000 machines on virtual time', async () => {
  const first = await simulate(options);
  const { summary } = first;

  test('gets upgrades by stages and back again with no rule broken', () => {
    assert.deepEqual(first.words, []);
    assert.deepEqual(summary.broken, {});
    assert.deepEqual(
      summary.rollbacks.map(({ what, isMoving }) => [what, isMoving]),
      [
        ['a restore in a quiet hour', false],
        ['the abort of a rollout', true],
        ['a restore while a rollout is under way', true],
      ],
    );
  });

  test('is back within a minute where machines come often, and in the quarter of an hour that quiet ones take', () => {
    const [quiet, abort, restore] = summary.rollbacks.map(({ secondsTo99 }) => secondsTo99 ?? Number.NaN);

    assert.ok(abort !== undefined && abort > 15 && abort <= 60, `${abort} s`);
    assert.ok(restore !== undefined && restore > 15 && restore <= 60, `${restore} s`);
    assert.ok(quiet !== undefined && quiet > 600 && quiet <= 930, `${quiet} s`);
  });

  test('meets every hardship', () => {
    const { failed, taken, witnessed, heldBackAtMost, onlineAtMost } = summary;

    assert.ok(failed > 1_000 && taken > 20_000 && witnessed > 300);
    assert.ok(onlineAtMost > 1_000 && onlineAtMost < 1_900);
    assert.ok((heldBackAtMost['opus'] ?? 0) > 50 && (heldBackAtMost['sonnet'] ?? 0) > 0);
  });

  test('is drawn as a chart that shows each stage and each rollback', () => {
    const text = first.chart.join('\n');

    assert.match(text, /^100 % \|.*c.*a/m);
    assert.match(text, /^ 90 % \|.*e/m);
    assert.match(text, /s\+\+\+\*.*R.*s\+\+\+\*.*AR/);
    assert.match(text, /08:00 .*12:00/);
  });

  test('is the same for the same seed, and another one for another', async () => {
    const again = await simulate(options);
    const other = await simulate({ ...options, seed: 2, machines: 2 * options.machines });

    assert.deepEqual(again, first);
    assert.deepEqual(other.summary.broken, {});
    assert.notEqual(other.summary.polls, first.summary.polls);
    assertSameWrites(other, first);
  });
});

/**
 * Twice as many machines. Instances that nobody polls for a minute have nothing to write, and neither has a step of a rollout
 * whose machines reported nothing new.
 */
function assertSameWrites({ summary: large }: Simulated, { summary: small }: Simulated): void {
  const { adoption: manyCounts = 0, advance: manySteps = 0, ...others } = large.storeWrites;
  const { adoption: fewCounts = 0, advance: fewSteps = 0, ...same } = small.storeWrites;
  assert.ok(large.polls > 1.8 * small.polls, 'twice the machines poll about twice as often');
  assert.deepEqual(others, same);
  for (const [many, few] of [
    [manyCounts, fewCounts],
    [manySteps, fewSteps],
  ] as const) {
    assert.ok(many < 1.15 * few, `${many} writes for ${large.polls} polls, ${few} for ${small.polls}`);
  }
}

describe('the command line of the simulation', () => {
  test('has 100,000 machines, any seed and the timers of infra/agents unless it is told otherwise', () => {
    const machines = 100_000;
    const standard = { machines, seed: 7, timer: 300, instances: 8, hours: withNight, flaws: new Set() };

    assert.deepEqual(readOptions([], 7), standard);
    assert.deepEqual(readOptions(['--machines', '5000', '--seed', '3', '--timer', '1'], 7), {
      ...standard,
      machines: 5_000,
      seed: 3,
      timer: 1,
    });
  });
});
