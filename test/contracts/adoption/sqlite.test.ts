// Adoption on the embedded store, and what it costs and survives there: no write a poll, and stores that fail.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { flushEveryMs, readAdoption } from '../../../functions/adoption/adoption.ts';
import { fail } from '../../../shared/domain/fault.ts';
import { windowMs } from '../../../shared/domain/serving/adoption.ts';
import { type Commit, openInstance, until } from '../../support/adoption-world.ts';
import { openTestSqlite } from '../../support/open-sqlite.ts';
import { must } from '../../support/stores.ts';
import { now as noon } from '../../support/world.ts';
import { describeAdoption, fleet } from './adoption-contract.ts';

describeAdoption('sqlite', openTestSqlite);

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

  test('a clock that is set back holds up no flush', { timeout: 60_000 }, async () => {
    await using opened = await openInstance();
    opened.adoption.polled('laptop-1', 1, 'everyone', []);
    opened.time.now -= 3_600_000;
    opened.adoption.polled('laptop-2', 1, 'everyone', []);

    await until(() => opened.calls.commits === 1);
  });
});

describe('a machine', () => {
  test('counts for the time of its poll, not of the flush that a later poll brings', async () => {
    await using opened = await openInstance();
    const { adoption, store, time } = opened;
    adoption.polled('asleep since', 1, 'everyone', []);
    time.now += 3 * windowMs;
    adoption.polled('awake', 1, 'everyone', []);
    await adoption.flush();

    assert.equal(await opened.count(), 1);
    assert.equal((await must(readAdoption(store))).period?.from, '2026-11-24T12:30:00.000Z');
  });

  test('that polls during a flush is in the next', async () => {
    await using opened = await openInstance();
    const { adoption, store, over } = opened;
    const { promise: waiting, resolve } = Promise.withResolvers<null>();
    over.commit = async (writes) => {
      await waiting;
      return store.commit(writes);
    };
    adoption.polled('before', 1, 'everyone', []);
    const first = adoption.flush();
    await until(() => opened.calls.commits === 1);
    adoption.polled('meanwhile', 1, 'everyone', []);
    const second = adoption.flush();
    await new Promise(setImmediate);
    resolve(null);
    await Promise.all([first, second]);

    assert.deepEqual([await opened.count(), opened.calls.commits], [2, 2]);
  });

  test('that was last seen long ago is not counted, although an instance that lags behind wrote it just now', async () => {
    await using opened = await openInstance();
    const { adoption, time } = opened;
    for (const [machine, at] of [
      ['new', noon + 5 * windowMs],
      ['old', noon],
    ] as const) {
      time.now = at;
      adoption.polled(machine, 1, 'everyone', []);
      await adoption.flush();
    }

    assert.equal(await opened.count(), 1);
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
      for (const machine of fleet(10, `minute-${minute}-`)) adoption.reported(machine, 1, 'everyone', 'failed');
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
    assert.equal((await must(store.list('pollCount', { order: 'ascending', limit: 100 }))).length, 1);
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
    assert.equal(opened.calls.commits, 4 + 8);
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
