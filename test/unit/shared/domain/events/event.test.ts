// The chain of events: a copy that was changed shows it.

import assert from 'node:assert/strict';
import test from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { appendEvent, Event, emptyChain, findBreak, type NewEvent } from '../../../../../shared/domain/events/event.ts';

const text = fc.string({ minLength: 1, maxLength: 8 });
const number = fc.integer({ min: 1, max: 999 });
const someNews: fc.Arbitrary<Extract<NewEvent, { kind: 'PolicyChanged' }>> = fc.record({
  id: number.map((revision) => `PolicyChanged.policy.${revision}`),
  kind: fc.constant('PolicyChanged' as const),
  subject: text,
  at: fc.integer({ min: 0, max: 4e12 }).map((ms) => new Date(ms).toISOString()),
  by: text,
  data: fc.record({
    revision: number,
    note: fc.option(text, { nil: null }),
    restores: fc.option(number, { nil: null }),
    forced: fc.constant(null),
    changes: fc.nat(9),
    pinChanges: fc.constant<[]>([]),
    consequences: fc.constant<[]>([]),
    moreConsequences: fc.nat(9),
  }),
});
const oneNews: NewEvent = {
  id: 'PolicyChanged.policy.1',
  kind: 'PolicyChanged',
  subject: 'policy',
  at: '2026-11-24T12:00:00.000Z',
  by: 'ada',
  data: {
    revision: 1,
    note: null,
    restores: null,
    forced: null,
    changes: 1,
    pinChanges: [],
    consequences: [],
    moreConsequences: 0,
  },
};
const chain = fc.array(someNews, { minLength: 3, maxLength: 6 }).map(chained);
const place = fc.nat(1000);

test('an event has its number, the hash of the one before and its own', () => {
  const first = appendEvent(emptyChain, oneNews);
  const second = appendEvent(first.chainHead, oneNews);
  assert.deepEqual(first.event, { ...oneNews, seq: 1, previous: '0'.repeat(64), hash: first.chainHead.hash });
  assert.deepEqual(second.event, { ...oneNews, seq: 2, previous: first.event.hash, hash: second.chainHead.hash });
  assert.notEqual(first.event.hash, second.event.hash);
  assert.deepEqual(Event.parse(second.event), second.event);
});

test('the hash of an event never changes from one release to the next', () => {
  assert.equal(
    appendEvent(emptyChain, oneNews).event.hash,
    '5f79f94b1dbadde5146bc9a5c352e9e755543a559bcac85ceb1f3c0cf1e5a047',
  );
});

test('a whole chain has no break, read from its start, from any place, or back from JSON', () => {
  fc.assert(
    fc.property(chain, place, (events, at) => {
      assert.equal(findBreak(events), null);
      assert.equal(findBreak(JSON.parse(JSON.stringify(events)) as Event[]), null); // they were events before
      const after = at % events.length;
      const { seq, hash } = nth(events, after);
      assert.equal(findBreak(events.slice(after + 1), { seq, hash }), null);
    }),
  );
  assert.equal(findBreak([]), null);
});

test('a change of any one field of any event is found at that event', () => {
  const fields = ['seq', 'id', 'kind', 'subject', 'at', 'by', 'data', 'previous', 'hash'] as const;
  const field = fc.constantFrom(...fields);
  fc.assert(
    fc.property(
      chain,
      place,
      field,
      fc.oneof(fc.nat(9), text, fc.constant({}), fc.constant({ a: 1 })),
      (events, at, name, value) => {
        const event = nth(events, at);
        fc.pre(!isDeepStrictEqual(event[name], value));
        const changed = { ...event, [name]: value } as Event; // whoever forges is not bound by types
        assert.equal(findBreak(events.with(at % events.length, changed)), changed.seq);
      },
    ),
    { numRuns: 500 },
  );
});

test('a removed event is found at the next; one removed from the end only by who knows the journal', () => {
  fc.assert(
    fc.property(chain, place, (events, at) => {
      const removed = at % (events.length - 1);
      assert.equal(findBreak(events.toSpliced(removed, 1)), removed + 2);
      assert.equal(findBreak(events.slice(0, -1)), null);
    }),
  );
});

test('a number out of turn is found even where the hash was made to fit it', () => {
  const first = appendEvent(emptyChain, oneNews);
  const skipping = appendEvent({ seq: 7, hash: first.chainHead.hash }, oneNews).event;
  assert.equal(findBreak([first.event, skipping]), 8);
});

test('two events that changed places are found at the first of them', () => {
  fc.assert(
    fc.property(chain, place, place, (events, a, b) => {
      const [i, j] = [a % events.length, b % events.length].sort((x, y) => x - y) as [number, number]; // two in, two out
      fc.pre(i < j);
      assert.equal(findBreak(events.with(i, nth(events, j)).with(j, nth(events, i))), j + 1);
    }),
  );
});

test('an event slipped in is found there or, if it was made to fit, at the next', () => {
  fc.assert(
    fc.property(chain, place, someNews, (events, at, newEvents) => {
      const where = at % (events.length - 1);
      const { seq, hash } = nth(events, where);
      const forged = appendEvent({ seq, hash }, newEvents).event;
      fc.pre(forged.hash !== nth(events, where + 1).hash);
      assert.equal(findBreak(events.toSpliced(where + 1, 0, forged)), where + 2);
      assert.equal(findBreak(events.toSpliced(where + 1, 0, nth(events, where))), where + 1);
      assert.equal(
        findBreak(events.with(where + 1, forged).slice(0, where + 3)),
        where + 3 > events.length ? null : where + 3,
      );
    }),
  );
});

function chained(newEvents: readonly NewEvent[]): readonly Event[] {
  let chainHead = emptyChain;
  return newEvents.map((each) => {
    const appended = appendEvent(chainHead, each);
    chainHead = appended.chainHead;
    return appended.event;
  });
}

function nth(events: readonly Event[], at: number): Event {
  const event = events[at % events.length];
  assert.ok(event !== undefined);
  return event;
}
