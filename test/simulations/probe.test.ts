// The simulation in short, with seeds that are known to meet every hardship; `npm run simulate:probe` is the long one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulate } from './probe.ts';

for (const seed of [1, 2, 3]) {
  test(`nothing is missed, false or said twice in 300 simulated runs of seed ${seed}`, async () => {
    const { outcome, complaints } = await simulate(300, seed);

    assert.deepEqual(complaints, []);
    assert.deepEqual(outcome, { ...outcome, runs: 300, seed, missed: 0, false: 0, duplicate: 0 });
    assert.equal(outcome.announced, outcome.transitions);
    assert.ok(outcome.detectionP95Runs <= 2);
  });
}

test('a simulation meets every kind of news and of hardship, and is the same for the same seed', async () => {
  const first = await simulate(500, 6);
  const again = await simulate(500, 6);

  assert.deepEqual(again, first);
  const expected = [
    'ModelEnabled',
    'ModelEnabled that follows',
    'ModelListed',
    'ModelLost',
    'PinAtRisk',
    'PinRetiring',
  ];
  const sights = ['ProbeBlind', 'ProbeRecovered'].flatMap((kind) => [
    kind,
    `${kind} of one project`,
    `${kind} of one location`,
  ]);
  const blind = ['blind by misconfigured', 'blind by transient', 'blind by unknown'];
  const hardships = [
    'bus_unavailable',
    'store_unavailable',
    'death in a run',
    'death in a delivery',
    'run that gave way',
  ];
  const met = [...expected, ...sights, ...blind, ...hardships, 'run that lost time'];
  assert.deepEqual(
    met.filter((what) => !first.tally.has(what)),
    [],
  );
});
