// What announce does with a message that somebody forged or replayed: the store alone says which events happened.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { composeMessage } from '../../functions/announce/compose-message.ts';
import { maxEventAgeMs } from '../../shared/domain/events/announcement.ts';
import { appendEvent, type Event } from '../../shared/domain/events/event.ts';
import { AnnounceWorld } from '../support/announce-world.ts';
import { newEvent } from '../support/world.ts';

describe('the announce function', () => {
  let world: AnnounceWorld;
  let event: Event;

  beforeEach(async () => {
    world = new AnnounceWorld();
    event = await world.commit(newEvent());
  });
  afterEach(() => world.store.close());

  test('does not tell a forged event, which does not silence the real one of the same id either', async () => {
    const forged = appendEvent(event, { ...newEvent(2), by: 'eve' }).event;
    await world.eventarc(forged).expect(204);
    await world.eventarc({ ...forged, seq: Number.MAX_SAFE_INTEGER }).expect(204);
    assert.deepEqual(world.posts, []);
    assert.equal(await world.announcement(forged.id), null);

    const real = await world.commit(newEvent(2));
    await world.eventarc(real).expect(204);

    assert.deepEqual(world.posts, [composeMessage(real, world.serviceUrl)]);
    assert.equal(linesWith('message dropped').length, 2);
  });

  test('tells what the store says when the rest of a message is forged', async () => {
    await world.eventarc({ ...event, by: 'eve', data: { ...event.data, note: 'forged' } }).expect(204);
    const second = await world.commit(newEvent(2));
    await world.eventarc({ seq: second.seq, id: second.id, kind: 'Unheard' }).expect(204);

    assert.deepEqual(
      world.posts,
      [event, second].map((each) => composeMessage(each, world.serviceUrl)),
    );
  });

  test('drops a message whose number and id belong to different events, and settles neither of them', async () => {
    const second = await world.commit(newEvent(2));
    await world.eventarc({ ...event, id: second.id }).expect(204);
    await world.eventarc({ ...event, seq: second.seq }).expect(204);

    assert.deepEqual(world.posts, []);
    assert.equal(linesWith('message dropped').length, 2);
    for (const { id } of [event, second]) assert.equal(await world.announcement(id), null);
  });

  test('drops a message whose data is no text, though its bytes would name a real event', async () => {
    const bytes = [...Buffer.from(JSON.stringify({ seq: event.seq, id: event.id }))];
    for (const data of [bytes, { type: 'Buffer', data: bytes }, { ...bytes, length: bytes.length }, 7, null])
      await world.deliver(data).expect(204);

    assert.deepEqual(world.posts, []);
    assert.equal(linesWith('message dropped').length, 5);
  });

  test('tells nobody of an old event that is replayed when its announcement has expired', async () => {
    await world.eventarc(event).expect(204);
    world.time += 200 * 86_400_000;
    await world.store.commit([{ kind: 'announcement', id: event.id, remove: true }]);
    await world.eventarc(event).expect(204);

    assert.equal(world.posts.length, 1);
    assert.equal(linesWith('old event dropped').length, 1);
  });

  test('tells an event for eight days after it happened, and not a millisecond longer', async () => {
    const second = await world.commit(newEvent(2));
    world.time = Date.parse(event.at) + maxEventAgeMs;
    await world.eventarc(event).expect(204);
    world.time += 1;
    await world.eventarc(second).expect(204);

    assert.equal(maxEventAgeMs, 8 * 86_400_000);
    assert.deepEqual(world.posts, [composeMessage(event, world.serviceUrl)]);
    assert.equal(await world.announcement(second.id), null);
  });

  test('ends the attempts to tell an event when it has become old', async () => {
    world.answers = [{ kind: 'refused', reason: 'HTTP 500', retryAfterMs: null }];
    await world.eventarc(event).expect(500);
    world.time += maxEventAgeMs;
    await world.eventarc(event).expect(204);

    assert.equal(world.posts.length, 1);
    assert.equal(linesWith('old event dropped').length, 1);
  });

  function linesWith(message: string): readonly string[] {
    return world.lines.filter((line) => line.includes(`"${message}"`));
  }
});
