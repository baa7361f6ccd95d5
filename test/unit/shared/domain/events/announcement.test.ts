// Announcements: whoever claims, posts and dies, an event is told once, and in time.

import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {
  Announcement,
  claim,
  isSettled,
  leaseMs,
  type Posted,
  settle,
} from '../../../../../shared/domain/events/announcement.ts';
import { textOf } from '../../../../support/any-text.ts';
import { now } from '../../../../support/world.ts';

const event = 'PolicyChanged.policy.42';
const dayMs = 24 * 60 * 60_000;
const tenMinutes = 10 * 60_000;
const at = (offset: number) => new Date(now + offset).toISOString();
const record = (over: Partial<Announcement> = {}): Announcement => ({
  event,
  state: 'claimed',
  until: at(leaseMs),
  attempts: 1,
  reason: null,
  ...over,
});
const refused = (retryAfterMs: number | null): Posted => ({ kind: 'refused', reason: 'busy', retryAfterMs });
const anyPosted: fc.Arbitrary<Posted> = fc.oneof(
  fc.record({
    kind: fc.constant('refused' as const),
    reason: textOf(9),
    retryAfterMs: fc.option(fc.integer({ min: 0, max: 2 * dayMs })),
  }),
  fc.constantFrom<Posted>(
    { kind: 'accepted' },
    ...(['revoked', 'malformed', 'unanswered'] as const).map((kind) => ({ kind, reason: `${'x'.repeat(499)}🚨🚨` })),
  ),
);

test('a claim is given when nobody holds one and nothing is settled', async (t) => {
  const rows: readonly (readonly [string, Announcement | null, number | null])[] = [
    ['nobody tried yet', null, 1],
    ['somebody is posting', record({ until: at(1) }), null],
    ['whoever was posting is gone', record({ until: at(0) }), 2],
    ['it is to wait', record({ state: 'waiting', until: at(1), attempts: 4 }), null],
    ['it has waited', record({ state: 'waiting', until: at(0), attempts: 4, reason: 'busy' }), 5],
    ['people saw it', record({ state: 'done', until: at(-dayMs) }), null],
    ['it is dead', record({ state: 'dead', until: at(-dayMs) }), null],
    ['nobody knows whether people saw it', record({ state: 'unconfirmed', until: at(-dayMs) }), null],
  ];
  for (const [what, before, attempts] of rows) {
    await t.test(what, () => {
      assert.deepEqual(claim(before, event, now), attempts === null ? null : record({ attempts }));
    });
  }
});

test('what came of a post decides whether it is tried again', async (t) => {
  const rows: readonly (readonly [string, Posted, Partial<Announcement>])[] = [
    ['accepted', { kind: 'accepted' }, { state: 'done' }],
    ['revoked', { kind: 'revoked', reason: 'no_service' }, { state: 'dead', reason: 'no_service' }],
    ['malformed', { kind: 'malformed', reason: 'invalid_blocks' }, { state: 'dead', reason: 'invalid_blocks' }],
    ['unanswered', { kind: 'unanswered', reason: 'timed out' }, { state: 'unconfirmed', reason: 'timed out' }],
    ['refused', refused(null), { state: 'waiting', reason: 'busy', until: at(1_000) }],
    ['refused with a wish', refused(30_000), { state: 'waiting', reason: 'busy', until: at(30_000) }],
  ];
  for (const [what, posted, over] of rows) {
    await t.test(what, () => {
      assert.deepEqual(settle(record(), posted, now), record({ until: at(0), ...over }));
    });
  }
});

test('waits double from a second to ten minutes and end after about a day', () => {
  const waits: number[] = [];
  let before: Announcement | null = null;
  let clock = now;
  while (before === null || !isSettled(before)) {
    const claimed = claim(before, event, clock);
    assert.ok(claimed !== null);
    before = settle(claimed, refused(null), clock);
    if (before.state === 'waiting') waits.push(Date.parse(before.until) - clock);
    clock = Date.parse(before.until);
  }
  assert.deepEqual([before.state, before.reason], ['dead', 'busy']);
  assert.deepEqual(
    waits.slice(0, 11),
    [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600].map((seconds) => seconds * 1000),
  );
  assert.ok(waits.slice(10).every((wait) => wait === tenMinutes));
  assert.ok(clock - now > 0.9 * dayMs && clock - now < 1.1 * dayMs, `${(clock - now) / dayMs} days`);
});

test('a channel that keeps asking for a moment does not use up the attempts of a day', () => {
  let clock = now;
  let before: Announcement = record({ state: 'waiting', until: at(0) });
  while (!isSettled(before)) {
    const claimed = claim(before, event, clock);
    assert.ok(claimed !== null);
    before = settle(claimed, refused(1_000), clock);
    clock = Date.parse(before.until);
  }
  assert.ok(clock - now > 0.9 * dayMs, `dead after ${(clock - now) / 1000} seconds`);
});

test('the wish of a channel is obeyed, and no wait is longer than a day', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 149 }), fc.double({ min: 0, noNaN: true }), (attempts, request) => {
      const settled = settle(record({ attempts }), refused(request), now);
      const wait = Date.parse(settled.until) - now;
      assert.ok(wait >= Math.min(Math.floor(request), dayMs) && wait <= dayMs, `${request} became ${wait}`);
      assert.equal(claim(settled, event, now + wait - 1), null);
      assert.notEqual(claim(settled, event, now + wait), null);
    }),
  );
});

test('whatever a channel gives as its reason can be kept', () => {
  fc.assert(
    fc.property(anyPosted, (posted) => {
      const settled = settle(record(), posted, now);
      assert.deepEqual(Announcement.parse(settled), settled);
    }),
  );
});

type Step = { readonly after: number; readonly worker: number; readonly posted: Posted | 'dies' };
const anySteps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    after: fc.oneof(fc.nat(2_000), fc.nat(2 * leaseMs), fc.nat(2 * dayMs)),
    worker: fc.nat(2),
    posted: fc.oneof(anyPosted, fc.constant('dies' as const)),
  }),
  { maxLength: 40 },
);

test('among workers that post, fail and die there are never two claims at once, and what is settled stays so', () => {
  fc.assert(
    fc.property(anySteps, (steps) => {
      let stored: Announcement | null = null;
      const holders = new Map<number, Announcement>();
      let clock = now;
      for (const { after, worker, posted } of steps) {
        clock += after;
        const isHeld = (held: Announcement | undefined) => held !== undefined && Date.parse(held.until) > clock;
        const mine = holders.get(worker);
        if (mine !== undefined && isHeld(mine)) {
          if (posted === 'dies') continue;
          stored = settle(mine, posted, clock);
          holders.delete(worker);
          continue;
        }
        const before: Announcement | null = stored;
        const claimed = claim(before, event, clock);
        if (claimed === null) continue;
        assert.ok(![...holders.values()].some(isHeld), 'two hold a claim at once');
        assert.ok(before === null || !isSettled(before), 'a settled one was claimed');
        assert.ok(before === null || clock >= Date.parse(before.until), 'claimed before its time');
        assert.equal(claimed.attempts, (before?.attempts ?? 0) + 1);
        holders.set(worker, claimed);
        stored = claimed;
      }
    }),
    { numRuns: 1000 },
  );
});
