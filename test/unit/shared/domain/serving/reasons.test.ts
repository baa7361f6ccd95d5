// The reasons of a resolution, as data: a chain of models for each family, which begins at the ring's own pin and ends at
// what is served, whatever the rollout, the bucket and the version of Claude Code.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { extendCatalogue } from '../../../../../shared/domain/models/catalogue.ts';
import { families } from '../../../../../shared/domain/models/model.ts';
import { ringWithRollouts } from '../../../../../shared/domain/serving/bucketing.ts';
import { resolve } from '../../../../../shared/domain/serving/resolve.ts';
import type { Rollout } from '../../../../../shared/domain/serving/rollout.ts';
import { firstRing, idsOf, models, pins, policyOfRing } from '../../../../support/invented.ts';
import { day, machine } from '../../../../support/world.ts';

const opus = fc.constantFrom(...idsOf.opus);
const rollouts = fc.record({
  to: opus,
  stage: fc.nat(2),
  state: fc.constantFrom('running' as const, 'paused' as const),
  salt: fc.stringMatching(/^[a-f0-9]{16}$/),
});

test('the reasons of a family begin at its pin, and end at the model that is served', () => {
  fc.assert(
    fc.property(
      opus,
      fc.option(rollouts),
      fc.constantFrom(null, 'laptop-1', 'laptop-2'),
      fc.constantFrom(null, '2.9.9', '3.0.0', '3.1.0', '3.2.0'),
      (own, drawn, name, cli) => {
        const { reasons, served, reached } = resolved(own, drawn, name, cli);
        for (const family of families) {
          const chain = reasons.filter(({ about }) => about === family);
          const pin = served.find((each) => each.family === family);
          assert.equal(chain.at(-1)?.model, pin?.model, `${family} is explained as it is served`);
          const stated = { ...pins, opus: { model: own } }[family as 'opus'];
          assert.equal(chain[0]?.model, stated?.model, `${family} is explained from its own pin`);
          assert.ok(chain.every(({ text, model }) => model === undefined || text.includes(model)));
        }
        const moves = reasons.filter(({ code }) => code === 'rolled_out').map(({ model }) => model);
        assert.deepEqual(moves, reached && drawn !== null ? [drawn.to] : []);
      },
    ),
    { numRuns: 1000 },
  );
});

function resolved(
  own: string,
  drawn: typeof rollouts extends fc.Arbitrary<infer T> ? T | null : never,
  name: string | null,
  cli: string | null,
) {
  const policy = policyOfRing({ pins: { ...pins, opus: { model: own } } });
  const active: readonly Rollout[] = drawn === null ? [] : [rollout(own, drawn)];
  const sender = machine({ name, cli });
  const { ring, reached } = ringWithRollouts(firstRing(policy), active, sender);
  const catalogue = extendCatalogue([], models);
  const resolution = resolve({ policy, ring, reached, selector: '*', cli, catalogue, day, callableModels: null });
  return { reasons: resolution.reasons, served: resolution.pins, reached: reached.length > 0 };
}

function rollout(
  own: string,
  { to, stage, state, salt }: { to: string; stage: number; state: 'running' | 'paused'; salt: string },
): Rollout {
  const at = '2026-11-24T11:00:00.000Z';
  return {
    id: 1,
    ring: 'everyone',
    family: 'opus',
    from: { model: own, context1m: false },
    to: { model: to, context1m: false },
    salt,
    stages: [10, 50, 100],
    bakeMinutes: 60,
    abortAtFailurePercent: 5,
    minReports: 20,
    stage,
    state,
    stageSince: at,
    startedAt: at,
    endedAt: null,
    firstRevision: 2,
    by: 'pinward',
    reason: '',
    forced: null,
  };
}
