// A transaction: all of a decision or none of it, on what stood when it was decided, and again when something came between.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import fc from 'fast-check';
import { type Decision, transact } from '../../../../functions/commands/transact.ts';
import { openSqlite } from '../../../../shared/adapters/sqlite.ts';
import { findBreak } from '../../../../shared/domain/events/event.ts';
import { fail, ok, type Result } from '../../../../shared/domain/fault.ts';
import { expectOf, type Store, type Stored, type Write } from '../../../../shared/ports.ts';
import { testKeys } from '../../../support/document-keys.ts';
import { faultOf, must } from '../../../support/stores.ts';
import { newEvent } from '../../../support/world.ts';

const unavailable = fail({ code: 'store_unavailable', detail: 'down' });
type Count = Stored<{ readonly since: string; readonly reason: string }> | null;

describe('a transaction', () => {
  let store: Store;
  /** Every commit that was tried, by the kinds that it writes. */
  let commits: string[][];
  /** What happens before a commit reaches the store; its answer takes the place of the commit. */
  let beforeCommit: (attempt: number) => Promise<Result<null> | undefined>;
  let watched: Store;

  beforeEach(() => {
    store = openSqlite(':memory:', testKeys);
    commits = [];
    beforeCommit = () => Promise.resolve(undefined);
    watched = {
      read: (kind, id) => store.read(kind, id),
      list: (kind, page) => store.list(kind, page),
      close: () => store.close(),
      commit: async (writes) => {
        commits.push(writes.map(({ kind }) => kind));
        return (await beforeCommit(commits.length)) ?? store.commit(writes);
      },
    };
  });
  afterEach(() => store.close());

  const readCount = () => store.read('healthIssue', 'count');
  const countOf = async () => Number((await must(readCount()))?.value.reason ?? 0);
  const eventsOf = async () => {
    const listed = await must(store.list('event', { order: 'ascending', limit: 100 }));
    return listed.map(({ value }) => value);
  };

  /** Somebody else counts, too. */
  const countBetween = async () => {
    await must(store.commit([writeCount(await must(readCount())).write]));
    return undefined;
  };

  test('commits its writes and its events at once, and the events to the outbox', async () => {
    const outcome = await must(transact(watched, readCount, (count) => ok(countUp(count, 2))));

    assert.equal(outcome, 1);
    assert.deepEqual(commits, [['healthIssue', 'event', 'outbox', 'event', 'outbox', 'chainHead']]);
    const events = await eventsOf();
    assert.deepEqual(
      events.map(({ seq, id }) => [seq, id]),
      [
        [1, 'PolicyChanged.policy.1'],
        [2, 'PolicyChanged.policy.2'],
      ],
    );
    assert.equal(findBreak(events), null);
  });

  test('of no events leaves the chain alone', async () => {
    await must(transact(watched, readCount, (count) => ok(countUp(count))));

    assert.deepEqual(commits, [['healthIssue']]);
  });

  test('of no writes commits nothing, and has its outcome', async () => {
    const nothing = { writes: [], newEvents: [newEvent()], outcome: 'as it was' };

    assert.equal(await must(transact(watched, readCount, () => ok(nothing))), 'as it was');
    assert.deepEqual(commits, []);
  });

  test('commits nothing when it can not read, when it decides against, and when the chain can not be read', async () => {
    const refused = fail({ code: 'no_policy' });
    const unasked = () => assert.fail('there is nothing to decide on');
    const noChain: Store = { ...watched, read: () => Promise.resolve(unavailable) };

    assert.deepEqual(await transact(watched, () => Promise.resolve(unavailable), unasked), unavailable);
    assert.deepEqual(await transact(watched, readCount, () => refused), refused);
    assert.deepEqual(await transact(noChain, readCount, (count) => ok(countUp(count, 1))), unavailable);
    assert.deepEqual(commits, []);
  });

  test('is decided anew on what is read anew, as often as another one came between', async () => {
    beforeCommit = (attempt) => (attempt <= 3 ? countBetween() : Promise.resolve(undefined));
    const decidedOn: number[] = [];
    const outcome = await must(
      transact(watched, readCount, (count) => {
        decidedOn.push(Number(count?.value.reason ?? 0));
        return ok(countUp(count, 1));
      }),
    );

    assert.deepEqual([decidedOn, outcome], [[0, 1, 2, 3], 4]);
    assert.deepEqual([await countOf(), (await eventsOf()).length], [4, 1]);
  });

  test('stops when what came between makes it decide against', async () => {
    beforeCommit = countBetween;
    const once = await transact(watched, readCount, (count) =>
      count === null ? ok(countUp(count, 1)) : fail({ code: 'no_policy' }),
    );

    assert.deepEqual(once, fail({ code: 'no_policy' }));
    assert.deepEqual([commits.length, await countOf(), await eventsOf()], [1, 1, []]);
  });

  test('gives up at the eighth conflict, and has written nothing', async () => {
    beforeCommit = countBetween;
    let reads = 0;
    const read = () => {
      reads++;
      return readCount();
    };
    const fault = await faultOf(transact(watched, read, (count) => ok(countUp(count, 1))));

    assert.equal(fault?.code, 'write_conflict');
    assert.deepEqual([reads, commits.length], [8, 8]);
    assert.deepEqual([await countOf(), await eventsOf()], [8, []]);
  });

  test('is not tried again after any other fault', async () => {
    beforeCommit = () => Promise.resolve(unavailable);

    assert.deepEqual(await transact(watched, readCount, (count) => ok(countUp(count, 1))), unavailable);
    assert.equal(commits.length, 1);
  });

  test('puts its events behind those that came between', async () => {
    beforeCommit = async (attempt) => {
      if (attempt > 1) return undefined;
      const other = { writes: [writeCount(null, 'another').write], newEvents: [newEvent(7)], outcome: null };
      await must(transact(store, readCount, () => ok(other)));
      return undefined;
    };
    await must(transact(watched, readCount, (count) => ok(countUp(count, 1))));

    const events = await eventsOf();
    assert.deepEqual(
      events.map(({ id }) => id),
      ['PolicyChanged.policy.7', 'PolicyChanged.policy.1'],
    );
    assert.equal(findBreak(events), null);
  });

  test('is one of many at once of which none is lost and none counts twice', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(2), { minLength: 1, maxLength: 12 }), async (events) => {
        await using opened = openCounted();
        const read = () => opened.store.read('healthIssue', 'count');
        const all = await Promise.all(
          events.map((count) => transact(opened.store, read, (current) => ok(countUp(current, count)))),
        );
        const done = events.filter((_, at) => all[at]?.ok === true);

        const listed = await must(opened.store.list('event', { order: 'ascending', limit: 100 }));
        assert.equal((await must(read()))?.value.reason, String(done.length));
        assert.equal(
          listed.length,
          done.reduce((sum, count) => sum + count, 0),
        );
        assert.equal(findBreak(listed.map(({ value }) => value)), null);
      }),
      { numRuns: 30 },
    );
  });
});

/** A decision to count one more, with so many events, whose outcome is the new count. */
function countUp(count: Count, events = 0): Decision<number> {
  const { write, next } = writeCount(count);
  return { writes: [write], newEvents: Array.from({ length: events }, (_, at) => newEvent(at + 1)), outcome: next };
}

function writeCount(count: Count, id = 'count'): { readonly write: Write; readonly next: number } {
  const next = Number(count?.value.reason ?? 0) + 1;
  const value = { since: '2026-11-24T11:00:00.000Z', reason: String(next) };
  return { write: { kind: 'healthIssue', id, expect: expectOf(count), value }, next };
}

function openCounted() {
  const store = openSqlite(':memory:', testKeys);
  return { store, [Symbol.asyncDispose]: () => store.close() };
}
