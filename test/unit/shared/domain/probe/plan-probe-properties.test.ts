// What holds of every plan: it is the same for the same input, and no sequence of runs says anything twice.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Verdict } from '../../../../../shared/domain/availability/observation.ts';
import { appendEvent, Event, emptyChain } from '../../../../../shared/domain/events/event.ts';
import { planProbe } from '../../../../../shared/domain/probe/plan-probe.ts';
import { endpoint, idsOf, instant, observe, Runs } from '../../../../support/observations.ts';
import { catalogue, cell, matrix, policy, ring } from '../../../../support/world.ts';

const opus = endpoint('claude-opus-5');
const inUs = endpoint('claude-opus-5', 'us');

test('planning twice from the same gives the same, and leaves what it was given alone', () => {
  const before = matrix([cell('claude-opus-5', { state: 'not_enabled' })], { listed: { 'claude-opus-5': null } });
  const input = {
    before,
    endpoints: [opus, inUs],
    results: [observe(opus, 'enabled'), observe(inUs, 'misconfigured')],
    listed: ['claude-opus-6'],
  };
  const full = { ...input, policy: policy(), catalogue, now: instant(0) };
  const copy = structuredClone(full);

  assert.deepEqual(planProbe(full), planProbe(full));
  assert.deepEqual(full, copy);
});

const anyRun = fc.record({
  wait: fc.integer({ min: 0, max: 70 }),
  verdicts: fc.array(fc.option(fc.constantFrom(...Verdict.options)), { minLength: 5, maxLength: 5 }),
  isListed: fc.boolean(),
});
const endpoints = [
  opus,
  inUs,
  endpoint('claude-opus-4-8'),
  endpoint('claude-opus-5', 'global', 'acme-labs'),
  endpoint('claude-haiku-4-5@20251001'),
];

test('whatever is seen, no id comes twice and every piece of news is a valid event', () => {
  fc.assert(
    fc.property(fc.array(anyRun, { maxLength: 25 }), (sequence) => {
      const rings = [
        ring({
          name: 'labs',
          match: ['domain:labs.test'],
          project: 'acme-labs',
          pins: { opus: { model: 'claude-opus-5' } },
        }),
        ring(),
      ];
      const runs = new Runs({ policy: policy({ rings }) });
      let minutes = 0;
      for (const { wait, verdicts, isListed } of sequence) {
        minutes += wait;
        const results = endpoints.flatMap((each, at) => {
          const verdict = verdicts[at] ?? null;
          return verdict === null ? [] : [[each, verdict] as const];
        });
        runs.run(minutes, results, { listed: isListed ? ['claude-opus-4-8', 'claude-opus-5'] : ['claude-opus-4-8'] });
      }
      assert.equal(new Set(idsOf(runs.newEvents)).size, runs.newEvents.length);
      for (const newEvents of runs.newEvents) Event.parse(appendEvent(emptyChain, newEvents).event);
    }),
    { numRuns: 200 },
  );
});
