// An export of the history shows every change that was made to it, and where the first is.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { type Break, checkHistory, endLine } from '../../../../../functions/cli/history/history-chain.ts';
import {
  appendEvent,
  type ChainHead,
  type Event,
  emptyChain,
  type NewEvent,
} from '../../../../../shared/domain/events/event.ts';
import { textOf } from '../../../../support/any-text.ts';
import { newEvent } from '../../../../support/world.ts';

type Found = Pick<Break, 'event' | 'line' | 'what'>;

const someNews: fc.Arbitrary<NewEvent> = fc.record({
  id: fc.nat(999).map((number) => `ModelListed.claude-opus-9.${number}`),
  kind: fc.constant('ModelListed' as const),
  subject: textOf(8),
  at: fc.integer({ min: 0, max: 4e12 }).map((ms) => new Date(ms).toISOString()),
  by: textOf(8),
  data: fc.record({ model: textOf(8) }),
});
const chain = fc.array(someNews, { minLength: 3, maxLength: 8 }).map(chained);
const place = fc.nat(1000);

describe('an export', () => {
  test('that is whole passes, and tells its end', async () => {
    await fc.assert(
      fc.asyncProperty(chain, async (events) => {
        assert.deepEqual(await check(events), { end: endOf(events), broken: null });
      }),
    );
    assert.deepEqual(await check([]), { end: emptyChain, broken: null });
  });

  test('that holds what a later Pinward tells passes, too', async () => {
    const later = { ...newEvent(), kind: 'MoonRose', data: { phase: { b: 1, a: [null] } } } as unknown as NewEvent; // from another release

    assert.equal((await check(chained([newEvent(), later, newEvent()]))).broken, null);
  });

  test('in which any one field of an event was changed breaks there', async () => {
    const fields = ['seq', 'id', 'kind', 'subject', 'at', 'by', 'data', 'previous', 'hash', 'more'] as const;
    const value = fc.oneof(fc.integer({ min: -2, max: 9 }), textOf(8), fc.constantFrom(null, {}, [], '0'.repeat(64)));
    await fc.assert(
      fc.asyncProperty(chain, place, fc.constantFrom(...fields), value, async (events, where, field, forged) => {
        const at = where % events.length;
        const event: Record<string, unknown> = { ...nth(events, at) };
        fc.pre(!isDeepStrictEqual(event[field], forged));
        const { broken } = await check(events.with(at, { ...event, [field]: forged } as Event)); // no forger heeds types
        assert.deepEqual(found(broken), { event: at + 1, line: at + 1, what: 'changed' });
      }),
      { numRuns: 500 },
    );
  });

  test('in which an event says something else, with a hash that fits, breaks at the next', async () => {
    await fc.assert(
      fc.asyncProperty(chain, place, someNews, async (events, where, forged) => {
        const at = where % (events.length - 1);
        const { event } = appendEvent(at === 0 ? emptyChain : endOf(events.slice(0, at)), forged);
        fc.pre(event.hash !== nth(events, at).hash);
        const { broken } = await check(events.with(at, event));
        assert.deepEqual(found(broken), { event: at + 2, line: at + 2, what: 'replaced' });
      }),
    );
  });

  test('that lost an event breaks where it was', async () => {
    await fc.assert(
      fc.asyncProperty(chain, place, async (events, where) => {
        const at = where % (events.length - 1);
        const { broken } = await check(events.toSpliced(at, 1), endOf(events));
        assert.deepEqual(found(broken), { event: at + 1, line: at + 1, what: 'removed' });
      }),
    );
  });

  test('in which an event stands twice breaks at the one too many', async () => {
    await fc.assert(
      fc.asyncProperty(chain, place, place, async (events, from, to) => {
        const [of, at] = [from % events.length, to % (events.length + 1)];
        const { broken } = await check(events.toSpliced(at, 0, nth(events, of)), endOf(events));
        // Of two alike that stand together, the second is one too many.
        const first = at === of ? at + 1 : at;
        assert.deepEqual(found(broken), { event: first + 1, line: first + 1, what: 'inserted' });
      }),
    );
  });

  test('in which two events changed places breaks at the first of them', async () => {
    await fc.assert(
      fc.asyncProperty(chain, place, place, async (events, one, other) => {
        const [a, b] = [one % events.length, other % events.length];
        fc.pre(a !== b);
        const { broken } = await check(events.with(a, nth(events, b)).with(b, nth(events, a)), endOf(events));
        assert.deepEqual(found(broken), { event: Math.min(a, b) + 1, line: Math.min(a, b) + 1, what: 'reordered' });
      }),
    );
  });

  test('that was cut breaks at the first event that is gone, even if its last line was made to fit an expected end', async () => {
    await fc.assert(
      fc.asyncProperty(chain, place, async (events, where) => {
        const left = where % events.length;
        const kept = events.slice(0, left);
        const lines = kept.map((event) => JSON.stringify(event));
        const cut = { event: left + 1, what: 'cut' };
        const bare = await checkHistory(lines, null);
        const short = await check(kept, endOf(events));
        const made = await check(kept, endOf(kept), endOf(events));
        assert.deepEqual(found(bare.broken), { ...cut, line: left + 1 });
        assert.deepEqual(found(short.broken), { ...cut, line: left + 1 });
        assert.deepEqual(found(made.broken), { ...cut, line: left + 2 });
      }),
    );
  });

  test('of a history that was made anew breaks at the event that is known from before', async () => {
    await fc.assert(
      fc.asyncProperty(chain, chain, place, async (events, others, where) => {
        const at = where % Math.min(events.length, others.length);
        const known = endOf(events.slice(0, at + 1));
        const isSame = nth(others, at).hash === known.hash;
        const { broken } = await check(others, endOf(others), known);
        assert.deepEqual(found(broken), isSame ? null : { event: at + 1, line: at + 1, what: 'rewritten' });
        assert.equal((await check(events, endOf(events), known)).broken, null);
      }),
    );
  });

  test('with a line that is no JSON, or one behind the end, breaks there', async () => {
    const events = chained([newEvent(1), newEvent(2)]);
    const lines = [...events.map((event) => JSON.stringify(event)), endLine(endOf(events))];
    const torn = await checkHistory(lines.with(1, '{"seq": 2, "id'), null);
    const longer = await checkHistory([...lines, JSON.stringify(appendEvent(endOf(events), newEvent(3)).event)], null);
    const other = await checkHistory(lines.with(2, endLine({ ...endOf(events), hash: 'f'.repeat(64) })), null);

    assert.deepEqual(found(torn.broken), { event: 2, line: 2, what: 'damaged' });
    assert.deepEqual(found(longer.broken), { event: 3, line: 4, what: 'inserted' });
    assert.deepEqual(found(other.broken), { event: 2, line: 3, what: 'changed' });
  });
});

function check(events: readonly Event[], told = endOf(events), expected: ChainHead | null = null) {
  return checkHistory([...events.map((event) => JSON.stringify(event)), endLine(told)], expected);
}

function found(broken: Break | null): Found | null {
  return broken === null ? null : { event: broken.event, line: broken.line, what: broken.what };
}

function chained(told: readonly NewEvent[]): readonly Event[] {
  let chainHead = emptyChain;
  return told.map((each) => {
    const appended = appendEvent(chainHead, each);
    chainHead = appended.chainHead;
    return appended.event;
  });
}

function endOf(events: readonly Event[]): ChainHead {
  const last = events.at(-1);
  return last === undefined ? emptyChain : { seq: last.seq, hash: last.hash };
}

function nth(events: readonly Event[], at: number): Event {
  const event = events[at];
  assert.ok(event !== undefined);
  return event;
}
