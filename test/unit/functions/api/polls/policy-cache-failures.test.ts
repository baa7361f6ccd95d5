// The policy cache on a store that fails, hangs or throws: what is served, and how often it is asked again.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fail } from '../../../../../shared/domain/fault.ts';
import { down, known, seconds, settled, stored, World } from '../../../../support/policy-cache-world.ts';
import { now } from '../../../../support/world.ts';

test('a store that fails leaves what is known, says since when, and recovery clears it', async () => {
  const world = await World.knowing(1);
  const failedAt = now + 15 * seconds;
  for (let failure = 0; failure < 5; failure++) {
    world.time = failedAt + failure * 15 * seconds;
    assert.equal(world.served().ok, true);
    await world.answer(down);
    assert.deepEqual(world.served(), known(1, failedAt));
  }
  assert.equal(world.reads.length, 6);
  assert.equal(world.policyCache.age(), 5 * 15 * seconds);

  world.time += 15 * seconds;
  world.served();
  await world.answer(stored(1));
  assert.deepEqual(world.served(), known(1));
  assert.equal(world.policyCache.age(), 0);
});

test('a store that throws is a store that fails, whether somebody waits for it or not', async () => {
  let answers = 0;
  const world = new World(async () => {
    answers++;
    if (answers === 1) return stored(1);
    throw new Error('a bug in the adapter');
  });
  await world.policyCache.current();
  world.time += 15 * seconds;
  assert.deepEqual(world.served(), known(1));
  await settled();
  assert.deepEqual(world.served(), known(1, world.time));
  world.time += 16 * seconds;
  assert.deepEqual(await world.waited(), known(1, now + 15 * seconds));
});

test('a new instance whose store throws answers with a fault', async () => {
  const world = new World(() => {
    throw new Error('a bug in the adapter');
  });

  assert.deepEqual(await world.waited(), fail({ code: 'store_unavailable', detail: 'a bug in the adapter' }));
});

test('a new instance whose store is down answers with the fault and asks again once a second', async () => {
  const world = new World(async () => down);
  for (let poll = 0; poll < 50; poll++) {
    assert.deepEqual(await world.policyCache.current(), down);
    world.time += 100;
  }

  assert.equal(world.reads.length, 5);
  assert.equal(world.policyCache.age(), null);
});

test('a new instance goes on to serve as soon as the store answers', async () => {
  const world = new World();
  const first = world.waited();
  await world.answer(down);
  assert.deepEqual(await first, down);
  assert.deepEqual(world.served(), down);

  world.time += 1 * seconds;
  const second = world.waited();
  await world.answer(stored(1));
  assert.deepEqual(await second, known(1));
});

test('a new instance waits 5 s for a store that hangs, then says so', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const world = new World();
  let isAnswered = false;
  const poll = world.waited().finally(() => {
    isAnswered = true;
  });
  t.mock.timers.tick(5 * seconds - 1);
  await settled();
  assert.equal(isAnswered, false);
  t.mock.timers.tick(1);

  assert.deepEqual(await poll, fail({ code: 'store_unavailable', detail: 'the store has not answered yet' }));
});

test('an instance that slept waits 5 s for a store that hangs, then serves what it knows and says since when', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const world = await World.knowing(1);
  world.time += 60 * seconds;
  const poll = world.waited();
  t.mock.timers.tick(5 * seconds);

  assert.deepEqual(await poll, known(1, world.time));
  await world.answer(stored(2));
  assert.deepEqual(world.served(), known(1, world.time), 'the answer came too late to count');
  world.time += 15 * seconds;
  world.served();
  await world.answer(stored(2));
  assert.deepEqual(world.served(), known(2));
});

test('a published document that is corrupt is like a store that fails', async () => {
  const corrupt = fail({ code: 'document_corrupt', document: 'published/current', detail: 'it is not JSON' });
  const fresh = new World(async () => corrupt);
  assert.deepEqual(await fresh.waited(), corrupt);

  const world = await World.knowing(1);
  world.time += 15 * seconds;
  world.served();
  await world.answer(corrupt);
  assert.deepEqual(world.served(), known(1, world.time));
});
