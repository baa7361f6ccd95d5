// Adoption on the embedded store, and what it costs and survives there: no write a poll, faults, floods.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createAdoption, flushEveryMs, readAdoption } from '../../functions/api/adoption.ts';
import { fail } from '../../shared/domain/fault.ts';
import type { Store } from '../../shared/ports.ts';
import { openTestSqlite } from '../store/open-sqlite.ts';
import { must } from '../store/stores.ts';
import { now as noon } from '../world.ts';
import { describeAdoption, fleet } from './adoption-contract.ts';

describeAdoption('sqlite', openTestSqlite);

type Commit = Store['commit'];

/** An instance on a store whose calls are counted, and whose commits a test may replace. */
async function openInstance() {
  const opened = await openTestSqlite();
  const { store } = opened;
  const time = { now: noon };
  const logged: string[] = [];
  const note = (message: string, fields = {}) => logged.push(`${message} ${JSON.stringify(fields)}`);
  const calls = { reads: 0, commits: 0 };
  const over: { commit: Commit } = { commit: (writes) => store.commit(writes) };
  const counted: Store = {
    read: (kind, id) => {
      calls.reads += 1;
      return store.read(kind, id);
    },
    list: (kind, page) => {
      calls.reads += 1;
      return store.list(kind, page);
    },
    commit: (writes) => {
      calls.commits += 1;
      return over.commit(writes);
    },
    close: () => store.close(),
  };
  const log = { info: note, warn: note, error: note };
  const adoption = createAdoption({ store: counted, clock: () => time.now, log });
  const count = async () => (await must(readAdoption(store))).machines;
  return { adoption, store, time, logged, calls, over, count, [Symbol.asyncDispose]: opened[Symbol.asyncDispose] };
}

/** Lets what was begun in the background come to its end. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(setImmediate);
}

describe('what adoption costs', () => {
  test('no write a poll: of 10,000 polls in ten minutes one write a minute, and no read between them', async () => {
    await using opened = await openInstance();
    const { adoption, time, calls } = opened;
    const end = noon + 10 * flushEveryMs;
    for (let poll = 0; poll < 10_000; poll++) {
      time.now = noon + Math.floor((poll * (end - noon)) / 10_000);
      const before = { ...calls };
      adoption.polled(`laptop-${poll % 900}`, 1, 'everyone', []);
      assert.deepEqual(calls, before);
      await new Promise(setImmediate);
    }
    time.now = end;
    adoption.polled('laptop-0', 1, 'everyone', []);
    const flushed = adoption.flush();
    await flushed;

    assert.ok(calls.commits >= 5 && calls.commits <= 11, `${calls.commits} commits`);
    assert.ok(calls.reads <= 3 * calls.commits, `${calls.reads} reads`);
    assert.ok(Math.abs((await opened.count()) - 900) < 60);
  });

  test('nothing while nobody polls, however often it is flushed', async () => {
    await using opened = await openInstance();
    for (let times = 0; times < 3; times++) await opened.adoption.flush();
    opened.adoption.polled('laptop-1', 1, 'everyone', []);
    for (let times = 0; times < 3; times++) await opened.adoption.flush();

    assert.equal(opened.calls.commits, 1);
  });

  test('a poll that comes a minute later writes what was gathered before it, without being waited for', async () => {
    await using opened = await openInstance();
    opened.adoption.polled('laptop-1', 1, 'everyone', []);
    await new Promise(setImmediate);
    assert.equal(opened.calls.commits, 0);
    opened.time.now += flushEveryMs;
    opened.adoption.polled('laptop-2', 1, 'everyone', []);
    await until(() => opened.calls.commits === 1);
    await opened.adoption.flush();

    assert.equal(await opened.count(), 2);
  });

  test('a clock that is set back holds up no flush', async () => {
    await using opened = await openInstance();
    opened.adoption.polled('laptop-1', 1, 'everyone', []);
    opened.time.now -= 3_600_000;
    opened.adoption.polled('laptop-2', 1, 'everyone', []);

    await until(() => opened.calls.commits === 1);
  });
});

describe('adoption, when the store fails', () => {
  const down: Commit = async () => fail({ code: 'store_unavailable', detail: 'down' });

  test('keeps what was gathered, says so once a minute, and writes it all when the store is back', async () => {
    await using opened = await openInstance();
    const { adoption, store, time, over } = opened;
    over.commit = down;
    for (let minute = 0; minute < 5; minute++) {
      for (const machine of fleet(10, `minute-${minute}-`)) adoption.polled(machine, 1, 'everyone', []);
      for (const machine of fleet(10, `minute-${minute}-`)) adoption.reported(machine, 1, 'failed');
      await until(() => opened.logged.length === minute);
      time.now += flushEveryMs;
    }
    over.commit = (writes) => store.commit(writes);
    await adoption.flush();

    assert.deepEqual(opened.logged, new Array(4).fill('adoption not written {"fault":"store_unavailable"}'));
    const counts = await must(readAdoption(store));
    assert.deepEqual([counts.machines, counts.revisions[0]?.failed], [50, 50]);
  });

  test('an outage of a day leaves the last half hour', async () => {
    await using opened = await openInstance();
    const { adoption, store, time, over } = opened;
    over.commit = down;
    for (let hour = 0; hour < 24; hour++) {
      time.now += 3_600_000;
      for (const machine of fleet(3, `hour-${hour}-`)) adoption.polled(machine, 1, 'everyone', []);
      await adoption.flush();
    }
    over.commit = (writes) => store.commit(writes);
    await adoption.flush();

    assert.equal(await opened.count(), 3);
    assert.equal((await must(store.list('sighting', { order: 'ascending', limit: 100 }))).length, 1);
  });

  test('is patient with others who write, but not for ever', async () => {
    await using opened = await openInstance();
    const { adoption, store, over } = opened;
    let conflicts = 3;
    over.commit = (writes) =>
      conflicts-- > 0 ? Promise.resolve(fail({ code: 'write_conflict', document: 'x' })) : store.commit(writes);
    adoption.polled('laptop-1', 1, 'everyone', []);
    await adoption.flush();
    assert.deepEqual([opened.calls.commits, opened.logged, await opened.count()], [4, [], 1]);

    conflicts = Number.POSITIVE_INFINITY;
    adoption.polled('laptop-2', 1, 'everyone', []);
    await adoption.flush();
    assert.deepEqual(opened.logged, ['adoption not written {"fault":"write_conflict"}']);
  });

  test('a store that throws is a bug, told in the log; polls and later flushes go on', async () => {
    await using opened = await openInstance();
    const { adoption, store, over } = opened;
    over.commit = () => Promise.reject(new Error('boom'));
    adoption.polled('laptop-1', 1, 'everyone', []);
    await adoption.flush();
    over.commit = (writes) => store.commit(writes);
    adoption.polled('laptop-2', 1, 'everyone', []);
    await adoption.flush();

    assert.match(opened.logged.join(), /^bug .*boom/);
    assert.equal(await opened.count(), 1);
  });
});

describe('a flood', () => {
  test('of machines while the store hangs takes no more than 100,000 names', async () => {
    await using opened = await openInstance();
    const { adoption, store, over } = opened;
    const { promise: waiting, resolve } = Promise.withResolvers<null>();
    let isHanging = false;
    over.commit = async (writes) => {
      isHanging = true;
      await waiting;
      return store.commit(writes);
    };
    adoption.polled('first', 1, 'everyone', []);
    const flushed = adoption.flush();
    await until(() => isHanging);
    for (const machine of fleet(150_000)) adoption.polled(machine, 1, 'everyone', []);
    resolve(null);
    await flushed;
    await adoption.flush();

    const counted = await opened.count();
    assert.ok(Math.abs(counted - 100_000) < 6_500, `counted ${counted}`);
  });

  test('of machines in a minute loses none: names become sketches as they come', async () => {
    await using opened = await openInstance();
    for (const [at, machine] of fleet(150_000).entries()) {
      opened.adoption.polled(machine, 1, 'everyone', []);
      if (at % 500 === 0) await new Promise(setImmediate);
    }
    assert.equal(opened.calls.commits, 0);
    await opened.adoption.flush();

    const counted = await opened.count();
    assert.equal(opened.calls.commits, 1);
    assert.ok(Math.abs(counted - 150_000) < 9_600, `counted ${counted}`);
  });

  test('of rings and revisions leaves a document that every store takes, with the newest revisions', async () => {
    await using opened = await openInstance();
    for (let batch = 0; batch < 3; batch++) {
      for (let at = 1; at <= 250; at++) opened.adoption.polled('laptop-1', batch * 250 + at, `ring-${at}`, ['opus']);
      await opened.adoption.flush();
    }

    const counts = await must(readAdoption(opened.store));
    assert.deepEqual([counts.revisions.length, counts.revisions.at(0)?.revision], [299, 750]);
    assert.deepEqual(counts.heldBack, [{ family: 'opus', machines: 1 }]);
  });
});
