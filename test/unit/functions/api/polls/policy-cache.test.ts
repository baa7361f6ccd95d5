// The policy cache on a store that answers: when it is asked, who waits for it, and what is served meanwhile.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ok } from '../../../../../shared/domain/fault.ts';
import { known, published, seconds, settled, stored, World } from '../../../../support/policy-cache-world.ts';

test('a thousand polls of a new instance wait for one read and share its answer', async () => {
  const world = new World();
  const polls = Array.from({ length: 1000 }, () => world.waited());
  await world.answer(stored(1));

  assert.equal(world.reads.length, 1);
  for (const poll of polls) assert.deepEqual(await poll, known(1));
});

test('whatever the polls, two reads are at least 15 s apart and no answer is older than 16 s', async () => {
  const gaps = fc.array(fc.oneof(fc.nat(200), fc.nat(20_000), fc.nat(100_000)), { maxLength: 60 });
  const property = fc.asyncProperty(gaps, async (gaps) => {
    const readAt: number[] = [];
    const world: World = new World(async () => stored(readAt.push(world.time)));
    for (const gap of gaps) {
      world.time += gap;
      const answer = await world.policyCache.current();
      const number = answer.ok ? (answer.value.published?.revision.number ?? 0) : assert.fail();
      assert.ok(world.time - (readAt[number - 1] ?? 0) < 16 * seconds, `read ${number} is older than 16 s`);
      await settled();
    }
    readAt.slice(1).forEach((at, before) => {
      assert.ok(at - (readAt[before] ?? 0) >= 15 * seconds);
    });
  });
  await fc.assert(property, { numRuns: 100 });
});

test('after 15 s the next poll starts a read and goes on with what is known', async () => {
  const world = await World.knowing(1);

  world.time += 15 * seconds - 1;
  assert.deepEqual(world.served(), known(1));
  assert.equal(world.reads.length, 1);
  world.time += 1;
  for (let poll = 1; poll <= 100; poll++) assert.deepEqual(world.served(), known(1));
  assert.equal(world.reads.length, 2);
  await world.answer(stored(2));
  assert.deepEqual(world.served(), known(2));
});

test('what is known stays the same object while nothing changes, so that what is made of it can be kept', async () => {
  const world = await World.knowing(1);
  const before = world.served();
  world.time += 15 * seconds;
  world.served();
  await world.answer(stored(1));
  const after = world.served();

  assert.equal(world.reads.length, 2);
  assert.ok(before.ok && after.ok && before.value === after.value);
});

test('an instance that slept for 16 s waits for the read', async () => {
  const world = await World.knowing(1);
  world.time += 16 * seconds;
  const poll = world.waited();
  await world.answer(stored(2));

  assert.deepEqual(await poll, known(2));
});

test('every poll of an instance that slept waits for the read, not only the first', async () => {
  const world = await World.knowing(1);
  world.time += 16 * seconds;
  const polls = Array.from({ length: 100 }, () => world.waited());
  world.time += seconds;
  polls.push(world.waited());
  await world.answer(stored(2));

  assert.equal(world.reads.length, 2);
  for (const poll of polls) assert.deepEqual(await poll, known(2));
});

test('an instance that fell asleep in the middle of a read waits for a new one, and the old answer is nothing to it', async () => {
  const world = await World.knowing(1);
  world.time += 15 * seconds;
  world.served();
  const [, old] = world.reads;
  world.time += 3600 * seconds;
  const poll = world.waited();
  await world.answer(stored(1), old);

  assert.equal(world.reads.length, 3);
  assert.equal(world.policyCache.age(), 3615 * seconds);
  await world.answer(stored(2));
  assert.deepEqual(await poll, known(2));
  assert.equal(world.policyCache.age(), 0);
});

test('a clock that is set back does not stop the reads', async () => {
  const world = await World.knowing(1);
  world.time -= 3600 * seconds;
  const poll = world.waited();
  await world.answer(stored(2));

  assert.deepEqual(await poll, known(2));
});

test('an empty store is known to be empty, and serves what comes', async () => {
  const world = new World();
  const first = world.waited();
  await world.answer(ok(null));
  assert.deepEqual(await first, ok({ published: null, staleSince: null }));

  world.policyCache.set(published(1));
  assert.deepEqual(world.served(), known(1));
  assert.equal(world.reads.length, 1);
});

test('what this instance committed beats a read that began before', async () => {
  const world = await World.knowing(1);
  world.time += 15 * seconds;
  world.served();
  world.policyCache.set(published(2));
  assert.deepEqual(world.served(), known(2));
  await world.answer(stored(1));
  assert.deepEqual(world.served(), known(2));
});

test('adopting never goes back either', async () => {
  const world = await World.knowing(3);
  world.policyCache.set(published(2));

  assert.deepEqual(world.served(), known(3));
});
