// The announce function: from a Pub/Sub delivery to one post. Through the functions-framework, on a real store; the channel
// is scripted.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { leaseMs, type Posted } from '../../shared/domain/events/announcement.ts';
import type { Event } from '../../shared/domain/events/event.ts';
import { AnnounceWorld, type Step } from '../support/announce-world.ts';
import { newEvent } from '../support/world.ts';

const accepted: Posted = { kind: 'accepted' };

describe('the announce function', () => {
  let world: AnnounceWorld;
  let event: Event;

  beforeEach(async () => {
    world = new AnnounceWorld();
    event = await world.commit(newEvent());
  });
  afterEach(() => world.store.close());

  test('tells an event once that comes by Eventarc, however often it is delivered', async () => {
    for (let delivery = 0; delivery < 3; delivery++) await world.eventarc(event).expect(204);

    assert.equal(world.posts.length, 1);
    assert.equal((await world.announcement(event.id))?.state, 'done');
  });

  test("tells an event once that comes by the emulator's push, however often it is delivered", async () => {
    for (let delivery = 0; delivery < 3; delivery++) await world.push(event).expect(204);

    assert.equal(world.posts.length, 1);
  });

  test('leaves the post to whoever claimed it first', async () => {
    const slow = Promise.withResolvers<Posted>();
    world.answers = [slow.promise];
    const first = world.eventarc(event).then(({ status }) => status);
    while (world.posts.length === 0) await new Promise(setImmediate);
    const second = await world.eventarc(event);
    slow.resolve(accepted);

    assert.equal(second.status, 500, 'to be delivered again later');
    assert.equal(await first, 204);
    assert.equal(world.posts.length, 1);
  });

  test('posts again only after the lease of a claim that nobody settled', async () => {
    world.diesAfter = 'post';
    await world.eventarc(event).expect(500);
    world.diesAfter = null;
    world.time += leaseMs - 1;
    await world.eventarc(event).expect(500);
    const before = world.posts.length;
    world.time += 1;
    await world.eventarc(event).expect(204);

    assert.equal(before, 1);
    assert.equal(world.posts.length, 2);
    assert.equal((await world.announcement(event.id))?.state, 'done');
  });

  test('can tell twice only after a crash between the post and the record of it', async () => {
    const posted: [Step | null, number][] = [];
    for (const step of ['find', 'read', 'claim', 'post', 'settle', null] as const) {
      const before = world.posts.length;
      const each = await world.commit(newEvent(100 + posted.length));
      world.diesAfter = step;
      await world.eventarc(each).catch(() => null);
      world.diesAfter = null;
      world.time += leaseMs;
      for (let delivery = 0; delivery < 3; delivery++) await world.eventarc(each).expect(204);
      posted.push([step, world.posts.length - before]);
    }

    assert.deepEqual(posted, [
      ['find', 1],
      ['read', 1],
      ['claim', 1],
      ['post', 2],
      ['settle', 1],
      [null, 1],
    ]);
  });

  test('records a post also when the store fails for a moment, so that it is not repeated', async () => {
    const slow = Promise.withResolvers<Posted>();
    world.answers = [slow.promise];
    const delivered = world.eventarc(event).then(({ status }) => status);
    while (world.posts.length === 0) await new Promise(setImmediate);
    world.refusals = 2;
    slow.resolve(accepted);

    assert.equal(await delivered, 204);
    assert.equal((await world.announcement(event.id))?.state, 'done');
  });

  test('leaves the record to whoever took over when it slept past its lease', async () => {
    const slow = Promise.withResolvers<Posted>();
    world.answers = [slow.promise];
    const sleeper = world.eventarc(event).then(({ status }) => status);
    while (world.posts.length === 0) await new Promise(setImmediate);
    world.time += leaseMs;
    await world.eventarc(event).expect(204);
    slow.resolve({ kind: 'refused', reason: 'HTTP 500', retryAfterMs: null });
    await sleeper;

    assert.equal((await world.announcement(event.id))?.state, 'done');
    await world.eventarc(event).expect(204);
    assert.equal(world.posts.length, 2, 'the one that slept and the one that took over');
  });

  test('gives up, and says so, when no attempt ever comes to an end', async () => {
    world.diesAfter = 'post';
    for (let attempt = 0; attempt < 150; attempt++) {
      await world.eventarc(event).expect(500);
      world.time += leaseMs;
    }
    await world.eventarc(event).expect(204);

    assert.equal((await world.announcement(event.id))?.state, 'dead');
    assert.equal(world.posts.length, 150);
    assert.ok(world.lines.some((line) => line.includes('not announced')));
  });

  test('waits as long as the channel asks for and then tells it', async () => {
    world.answers = [{ kind: 'refused', reason: 'HTTP 429', retryAfterMs: 30_000 }];
    await world.eventarc(event).expect(500);
    world.time += 29_999;
    await world.eventarc(event).expect(500);
    const before = world.posts.length;
    world.time += 1;
    await world.eventarc(event).expect(204);

    assert.equal(before, 1);
    assert.equal(world.posts.length, 2);
  });

  test('takes a delivery that no retry can mend: revoked, malformed, unanswered', async () => {
    const outcomes = [
      [{ kind: 'revoked', reason: 'no_service' }, 'dead'],
      [{ kind: 'malformed', reason: 'invalid_blocks' }, 'dead'],
      [{ kind: 'unanswered', reason: 'timed out' }, 'unconfirmed'],
    ] as const;
    for (const [at, [posted, state]] of outcomes.entries()) {
      world.answers = [posted];
      const each = await world.commit(newEvent(at + 10));
      await world.eventarc(each).expect(204);
      await world.eventarc(each).expect(204);
      assert.equal((await world.announcement(each.id))?.state, state);
    }
    assert.equal(world.posts.length, 3);
  });

  test('remembers that the webhook was revoked until a post is accepted again', async () => {
    world.answers = [{ kind: 'revoked', reason: 'no_service' }];
    await world.eventarc(event).expect(204);
    const revoked = await world.store.read('healthIssue', 'slack');
    await world.eventarc(await world.commit(newEvent(2))).expect(204);
    const mended = await world.store.read('healthIssue', 'slack');

    assert.ok(revoked.ok && mended.ok);
    assert.equal(revoked.value?.value.reason, 'no_service');
    assert.equal(mended.value, null);
    assert.ok(world.lines.some((line) => line.includes('not announced') && line.includes('no_service')));
  });

  test('drops what is no event of Pinward, says so, and does not ask for it again', async () => {
    for (const foreign of ['hello', { kind: 'PolicyChanged' }, { ...event, seq: '1' }])
      await world.eventarc(foreign).expect(204);

    assert.equal(world.posts.length, 0);
    assert.equal(world.lines.filter((line) => line.includes('message dropped')).length, 3);
  });

  test('asks to be told again when the world.store does not answer', async () => {
    await world.store.close();
    await world.eventarc(event).expect(500);

    assert.equal(world.posts.length, 0);
  });
});
