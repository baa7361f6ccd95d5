// Everything that can happen to a fleet's upgrades and rollouts, as steps that fast-check draws in any order: admins alone and
// two at once on two instances, probe runs that see truth or nothing, the minute's advance, machines that report, and time.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Store } from '../../../shared/ports.ts';
import { Fleet, rolloutPolicy } from '../../support/rollout-fleet.ts';
import { Watcher } from './invariants.ts';
import { both, type Named, named, post, put } from './steps.ts';

const opus = ['claude-opus-90', 'claude-opus-91', 'claude-opus-92'] as const;
const rings = ['canary', 'everyone'] as const;

/** A pin can go, and come back. */
const withoutOpus = (rolloutPolicy()['rings'] as { pins: Record<string, unknown> }[]) // rolloutPolicy makes two
  .map(({ pins: { opus: _, ...pins }, ...ring }) => ({ ...ring, pins }));

/** Calls that may be refused, but never fail. */
const calls: fc.Arbitrary<Named> = fc.oneof(
  {
    weight: 5,
    arbitrary: post(
      fc.tuple(
        fc.constantFrom(...rings),
        fc.constantFrom(...opus),
        fc.constantFrom('approve', 'approve', 'approve?force=x', 'reject', 'reopen'),
      ),
      ([ring, model, verb]) => `/v1/upgrades/${ring}.opus.${model}/${verb}`,
    ),
  },
  {
    weight: 4,
    arbitrary: post(
      fc.tuple(fc.integer({ min: 1, max: 4 }), fc.constantFrom('pause', 'resume', 'abort')),
      ([id, verb]) => `/v1/rollouts/${id}/${verb}`,
    ),
  },
  { weight: 1, arbitrary: post(fc.constantFrom('freeze', 'thaw', 'thaw'), (verb) => `/v1/${verb}`) },
  {
    weight: 3,
    arbitrary: post(
      fc.tuple(fc.integer({ min: 1, max: 3 }), fc.constantFrom('approve', 'approve', 'reject')),
      ([id, verb]) => `/v1/proposals/${id}/${verb}`,
    ),
  },
  { weight: 1, arbitrary: post(fc.integer({ min: 1, max: 12 }), (number) => `/v1/revisions/${number}/restore`) },
  {
    weight: 2,
    arbitrary: put(
      fc.tuple(fc.constantFrom(...rings), fc.constantFrom(...opus), fc.constantFrom('', '', '?force=x')),
      ([ring, model, force]) => [`/v1/rings/${ring}/pins/opus${force}`, { model }],
    ),
  },
  {
    weight: 1,
    arbitrary: put(
      fc.constantFrom(
        {},
        { secondPerson: true },
        { secondPerson: true },
        { secondPerson: true, settings: { model: 'opus' } },
        { location: 'us' },
        { rings: withoutOpus },
      ),
      (over) => ['/v1/policy', rolloutPolicy(over)],
    ),
  },
);

/** What happens by itself. */
const happenings: fc.Arbitrary<Named> = fc.oneof(
  {
    weight: 8,
    arbitrary: named(
      fc.constantFrom(0.1, 0.5, 0.5, 1, 3),
      (hours) => `${hours} h pass`,
      async (fleet, hours) => {
        fleet.pass(hours);
        await advance(fleet);
      },
    ),
  },
  { weight: 1, arbitrary: named(fc.constant('advance'), String, advance) },
  {
    weight: 2,
    arbitrary: named(
      fc.boolean(),
      (twice) => (twice ? 'probe twice' : 'probe'),
      (fleet, twice) => (twice ? fleet.probeTwice() : fleet.probe()),
    ),
  },
  {
    weight: 3,
    arbitrary: named(
      fc.constantFrom(...opus),
      (model) => `${model} is enabled`,
      (fleet, model) => {
        fleet.callable.add(model);
        return fleet.probeTwice();
      },
    ),
  },
  {
    weight: 1,
    arbitrary: named(
      fc.constantFrom(...opus),
      (model) => `${model} is lost`,
      async (fleet, model) => fleet.callable.delete(model),
    ),
  },
  {
    weight: 1,
    arbitrary: named(
      fc.boolean(),
      (isAway) => (isAway ? 'Vertex is away' : 'Vertex is back'),
      async (fleet, isAway) => {
        fleet.isVertexAway = isAway;
      },
    ),
  },
  {
    weight: 1,
    arbitrary: named(
      fc.tuple(fc.nat(5), fc.nat(5), fc.constantFrom(...rings)),
      ([good, bad, ring]) => `${good} applied, ${bad} failed in ring ${ring}`,
      report,
    ),
  },
);

/** Any of it. */
export const steps: fc.Arbitrary<Named> = fc.oneof(
  { weight: 3, arbitrary: happenings },
  { weight: 2, arbitrary: calls },
  { weight: 2, arbitrary: fc.tuple(calls, fc.oneof(calls, happenings)).map(both) },
);

/** Holds the invariants after every step of so many lives, each on a store of its own. Half begin with two persons needed. */
export function checkLives(
  open: () => Promise<{ store: Store } & AsyncDisposable>,
  numRuns: number,
  seed: number,
): Promise<void> {
  const lives = fc.array(steps, { minLength: 8, maxLength: 40 });
  const property = fc.asyncProperty(lives, fc.boolean(), async (life, secondPerson) => {
    await using opened = await open();
    const fleet = new Fleet(opened.store);
    const watcher = new Watcher(opened.store);
    fleet.callable.delete('claude-opus-91');
    fleet.callable.delete('claude-opus-92');
    await fleet.ask('ada', 'PUT', '/v1/policy', rolloutPolicy({ secondPerson }));
    await fleet.probeTwice();
    await watcher.look();
    fleet.callable.add('claude-opus-91');
    await fleet.probeTwice();
    for (const { step } of life) {
      await step(fleet);
      await watcher.look();
    }
    await advance(fleet);
    await watcher.look();
    await watcher.checkGuarded();
    await watcher.replay();
    await lowerRisk(fleet);
    await watcher.look();
    await watcher.replay();
  });
  return fc.assert(property, { numRuns, seed, endOnFailure: false });
}

/** Whatever came before, each of these works, and at once. */
async function lowerRisk(fleet: Fleet): Promise<void> {
  const { body } = await fleet.ask('ada', 'GET', '/v1/rollouts');
  const active = body.rollouts.filter(({ endedAt }: { endedAt: string | null }) => endedAt === null);
  for (const { id, state } of active) {
    if (state === 'running') assert.equal((await fleet.ask('ada', 'POST', `/v1/rollouts/${id}/pause`)).status, 200);
    assert.equal((await fleet.ask('ada', 'POST', `/v1/rollouts/${id}/abort`)).status, 200);
  }
  assert.equal((await fleet.ask('ada', 'POST', '/v1/freeze')).status, 200);
  // 202 when all that would come back raises risk, such as other settings.
  assert.ok([200, 202].includes((await fleet.ask('ada', 'POST', '/v1/revisions/1/restore')).status));
}

async function advance(fleet: Fleet): Promise<void> {
  const advanced = await fleet.advance();
  assert.ok(advanced.ok || advanced.fault.code === 'write_conflict', 'an advance has no other fault');
}

async function report(fleet: Fleet, [good, bad, ring]: readonly [number, number, string]): Promise<void> {
  const published = await fleet.store.read('published', 'current');
  const revision = published.ok ? (published.value?.value.revision.number ?? 0) : 0;
  const names = (count: number, what: string) => Array.from({ length: count }, (_, at) => `${what}-${at}`);
  await fleet.report(names(good, 'good'), revision, 'applied', ring);
  await fleet.report(names(bad, 'bad'), revision, 'failed', ring);
}
