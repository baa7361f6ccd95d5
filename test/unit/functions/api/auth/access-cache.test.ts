// Roles and tokens as an instance knows them: never older than 15 s while the store answers, and going on while it doesn't.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fail, ok } from '../../../../../shared/domain/fault.ts';
import { access, down, numberOf, seconds, stored, ViewWorld } from '../../../../support/access-cache-world.ts';

test('a thousand calls of a new instance wait for one read and share its answer', async () => {
  const world = new ViewWorld();
  const calls = Array.from({ length: 1000 }, () => world.awaited());
  await world.answer(stored(1));

  assert.deepEqual(new Set(await Promise.all(calls)), new Set([1]));
  assert.equal(world.reads.length, 1);
});

test('whatever the calls, none is answered from what is older than 15 s, and reads are 10 s apart', async () => {
  const gaps = fc.array(fc.oneof(fc.nat(200), fc.nat(20_000), fc.nat(100_000)), { maxLength: 60 });
  const property = fc.asyncProperty(gaps, async (gaps) => {
    const readAt: number[] = [];
    const world: ViewWorld = new ViewWorld(async () => stored(readAt.push(world.time)));
    for (const gap of gaps) {
      world.time += gap;
      const number = numberOf(await world.view.current());
      assert.ok(world.time - (readAt[number - 1] ?? 0) < 15 * seconds);
      await new Promise((resolve) => setImmediate(resolve));
    }
    readAt.slice(1).forEach((at, before) => {
      assert.ok(at - (readAt[before] ?? 0) >= 10 * seconds);
    });
  });
  await fc.assert(property, { numRuns: 100 });
});

test('between 10 and 15 s it is asked anew while the known goes on; after that everybody waits', async () => {
  const world = await ViewWorld.knowing(1);
  world.time += 10 * seconds - 1;
  assert.deepEqual([world.immediate(), world.reads.length], [1, 1]);
  world.time += 1;
  for (let call = 0; call < 100; call++) assert.equal(world.immediate(), 1);
  assert.equal(world.reads.length, 2);

  world.time += 5 * seconds;
  const waiting = [world.awaited(), world.awaited()];
  assert.equal(world.reads.length, 2);
  await world.answer(stored(2));
  world.time -= 1;
  assert.deepEqual(await Promise.all(waiting), [2, 2]);
});

test('what is known is the same object while nothing changes, so that what is made of it can be kept', async () => {
  const world = await ViewWorld.knowing(1);
  const before = world.view.current();
  world.time += 10 * seconds;
  world.view.current();
  await world.answer(stored(1));
  const after = world.view.current();

  assert.ok(!(before instanceof Promise || after instanceof Promise) && before.ok && after.ok);
  assert.equal(before.value, after.value);
});

test('a store that fails changes nothing: the known goes on, and it is asked again each 10 s', async () => {
  const world = await ViewWorld.knowing(1);
  world.time += 60 * seconds;
  const first = world.awaited();
  await world.answer(down);
  assert.equal(await first, 1);

  for (let second = 0; second < 60; second++) {
    assert.equal(world.immediate(), 1);
    world.reads.at(-1)?.resolve(down);
    await new Promise((resolve) => setImmediate(resolve));
    world.time += seconds;
  }
  assert.equal(world.reads.length, 2 + 5);
  world.time += 10 * seconds;
  assert.equal(world.immediate(), 1);
  await world.answer(stored(2));
  assert.equal(world.immediate(), 2);
});

test('a store that never answered lets nobody in and is asked again after a second', async () => {
  const world = new ViewWorld();
  const first = world.view.current();
  await world.answer(down);
  assert.deepEqual(await first, down);

  assert.deepEqual(world.view.current(), down);
  world.time += seconds;
  const second = world.awaited();
  await world.answer(stored(1));
  assert.equal(await second, 1);
});

test('an adapter that throws is a store that failed', async () => {
  const world = new ViewWorld(() => Promise.reject(new Error('bug')));

  assert.deepEqual(await world.view.current(), fail({ code: 'store_unavailable', detail: 'bug' }));
});

test('a read that the instance slept through says nothing about now', async () => {
  const world = await ViewWorld.knowing(1);
  world.time += 10 * seconds;
  world.immediate();
  world.time += 3600 * seconds;
  const waiting = world.awaited();
  assert.equal(world.reads.length, 3);
  await world.answer(stored(3), world.reads[2]);
  assert.equal(await waiting, 3);
  await world.answer(stored(2), world.reads[1]);

  assert.equal(world.immediate(), 3);
});

test('what this instance committed holds at once and is not undone by a read that began before', async () => {
  const world = await ViewWorld.knowing(1);
  world.time += 10 * seconds;
  world.immediate();
  world.view.set(access(2));
  assert.equal(world.immediate(), 2);
  await world.answer(stored(1));

  assert.equal(world.immediate(), 2);
});

test('a clock that is set back makes it ask, and not trust what it knows for hours', async () => {
  const world = await ViewWorld.knowing(1);
  world.time -= 3600 * seconds;
  const waiting = world.awaited();
  await world.answer(stored(2));

  assert.equal(await waiting, 2);
});

test('before anything is stated nobody has a role but people of the house, who are machines', async () => {
  const world = new ViewWorld(async () => ok(null));
  const accessIndex = await world.view.current();

  assert.ok(accessIndex.ok);
  assert.equal(accessIndex.value.roleOf('ada@example.com'), 'machine');
  assert.equal(accessIndex.value.roleOf('a@acme.iam.gserviceaccount.com'), null);
});
