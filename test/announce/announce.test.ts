// The announce function: from a Pub/Sub delivery to one post. Through the functions-framework, on a real store; the channel
// is scripted.

import assert from 'node:assert/strict';
import { after, beforeEach, describe, test } from 'node:test';
import { cloudEvent } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import request from 'supertest';
import { createAnnounce, type PubsubMessage } from '../../functions/announce/announce.ts';
import { openSqlite } from '../../shared/adapters/sqlite.ts';
import { leaseMs, type Posted } from '../../shared/domain/announcement.ts';
import { appendEvent, emptyJournal } from '../../shared/domain/event.ts';
import type { Message } from '../../shared/domain/message.ts';
import type { Store } from '../../shared/ports.ts';
import { news, now } from '../world.ts';

const accepted: Posted = { kind: 'accepted' };
const { event } = appendEvent(emptyJournal, news());

describe('the announce function', () => {
  let store: Store;
  let time: number;
  let posts: Message[];
  let postsAtCommit = 0;
  /** A post that never returns, as far as the store can tell. */
  let dies = false;
  /** The step after which the process dies: its read, the write of its claim, the post, the write of what came of it. */
  let crashAt: 'read' | 'claim' | 'post' | 'settle' | 'none' = 'none';
  let answers: (Posted | Promise<Posted>)[];
  let server: ReturnType<typeof getTestServer>;
  const lines: string[] = [];
  const stores: Store[] = [];

  beforeEach(() => {
    store = openSqlite(':memory:');
    stores.push(store);
    time = now;
    posts = [];
    postsAtCommit = 0;
    answers = [];
    const note = (message: string, fields = {}) => lines.push(JSON.stringify({ message, ...fields }));
    const channel = {
      post: async (message: Message) => {
        posts.push(message);
        if (dies || crashAt === 'post') throw new Error('the process died here');
        return (await answers.shift()) ?? accepted;
      },
    };
    const ports = {
      store: dying(store),
      channel,
      clock: () => time,
      log: { info: note, warn: note, error: note },
      serviceUrl: 'https://pinward.test',
    };
    cloudEvent<PubsubMessage>('announce', createAnnounce(ports));
    server = getTestServer('announce');
  });
  after(() => Promise.all(stores.map((each) => each.close())));

  const dying = (whole: Store): Store => ({
    close: () => whole.close(),
    list: (kind, page) => whole.list(kind, page),
    async read(kind, id) {
      const read = await whole.read(kind, id);
      if (crashAt === 'read') throw new Error('the process died here');
      return read;
    },
    async commit(writes) {
      const committed = await whole.commit(writes);
      if (crashAt === (posts.length > postsAtCommit ? 'settle' : 'claim')) throw new Error('the process died here');
      postsAtCommit = posts.length;
      return committed;
    },
  });
  /** As Eventarc delivers in production. */
  const eventarc = (body: unknown) =>
    request(server)
      .post('/')
      .set({ 'ce-id': '1', 'ce-specversion': '1.0', 'ce-source': '//pubsub.googleapis.com/projects/p/topics/t' })
      .set({ 'ce-type': 'google.cloud.pubsub.topic.v1.messagePublished', 'content-type': 'application/json' })
      .send({ message: { data: base64(body), messageId: '1', attributes: {} }, subscription: 's' } as object);
  /** As the Pub/Sub emulator pushes. */
  const push = (body: unknown) =>
    request(server)
      .post('/projects/p/topics/t')
      .send({
        subscription: 'projects/p/subscriptions/s',
        message: { data: base64(body), messageId: '7', attributes: {}, publishTime: event.at },
      });
  const stateOf = async (id: string) => {
    const read = await store.read('announcement', id);
    assert.ok(read.ok);
    return read.value?.value.state ?? null;
  };

  for (const [shape, deliver] of [
    ['Eventarc', eventarc],
    ["the emulator's push", push],
  ] as const) {
    test(`tells an event once that comes by ${shape}, however often it is delivered`, async () => {
      for (let time = 0; time < 3; time++) await deliver(event).expect(204);

      assert.equal(posts.length, 1);
      assert.equal(await stateOf(event.id), 'done');
    });
  }

  test('leaves the post to whoever claimed it first', async () => {
    const slow = Promise.withResolvers<Posted>();
    answers = [slow.promise];
    const first = eventarc(event);
    const started = first.then((answer) => answer.status);
    while (posts.length === 0) await new Promise(setImmediate);
    const second = await eventarc(event);
    slow.resolve(accepted);

    assert.equal(second.status, 500, 'delivered again later');
    assert.equal(await started, 204);
    assert.equal(posts.length, 1);
  });

  test('posts again only after the lease of a claim that nobody settled', async () => {
    dies = true;
    await eventarc(event).expect(500);
    dies = false;
    time += leaseMs - 1;
    await eventarc(event).expect(500);
    const before = posts.length;
    time += 1;
    await eventarc(event).expect(204);

    assert.equal(before, 1);
    assert.equal(posts.length, 2);
    assert.equal(await stateOf(event.id), 'done');
  });

  test('can be told twice only by a crash between the post and the record of it', async () => {
    const posted = [];
    for (const step of ['read', 'claim', 'post', 'settle', 'none'] as const) {
      const before = posts.length;
      const { event: each } = appendEvent(emptyJournal, news(100 + posted.length));
      crashAt = step;
      await eventarc(each).catch(() => null);
      crashAt = 'none';
      time += leaseMs;
      for (let delivery = 0; delivery < 3; delivery++) await eventarc(each).expect(204);
      posted.push([step, posts.length - before]);
    }

    assert.deepEqual(Object.fromEntries(posted), { read: 1, claim: 1, post: 2, settle: 1, none: 1 });
  });

  test('waits as long as the channel asks for and then tells it', async () => {
    answers = [{ kind: 'refused', reason: 'HTTP 429', retryAfterMs: 30_000 }];
    await eventarc(event).expect(500);
    time += 29_999;
    await eventarc(event).expect(500);
    const before = posts.length;
    time += 1;
    await eventarc(event).expect(204);

    assert.equal(before, 1);
    assert.equal(posts.length, 2);
  });

  test('takes a delivery that no retry can mend: revoked, malformed, unanswered', async () => {
    const outcomes = [
      [{ kind: 'revoked', reason: 'no_service' }, 'dead'],
      [{ kind: 'malformed', reason: 'invalid_blocks' }, 'dead'],
      [{ kind: 'unanswered', reason: 'timed out' }, 'unconfirmed'],
    ] as const;
    for (const [at, [posted, state]] of outcomes.entries()) {
      answers = [posted];
      const { event: each } = appendEvent(emptyJournal, news(at + 10));
      await eventarc(each).expect(204);
      await eventarc(each).expect(204);
      assert.equal(await stateOf(each.id), state);
    }
    assert.equal(posts.length, 3);
  });

  test('remembers that the webhook was revoked until a post is accepted again', async () => {
    answers = [{ kind: 'revoked', reason: 'no_service' }];
    await eventarc(event).expect(204);
    const revoked = await store.read('trouble', 'slack');
    await eventarc(appendEvent(emptyJournal, news(2)).event).expect(204);
    const mended = await store.read('trouble', 'slack');

    assert.ok(revoked.ok && mended.ok);
    assert.equal(revoked.value?.value.reason, 'no_service');
    assert.equal(mended.value, null);
    assert.ok(lines.some((line) => line.includes('not announced') && line.includes('no_service')));
  });

  test('drops what is no event of Pinward, says so, and does not ask for it again', async () => {
    for (const foreign of ['hello', { kind: 'PolicyChanged' }, { ...event, kind: 'Unheard' }])
      await eventarc(foreign).expect(204);

    assert.equal(posts.length, 0);
    assert.equal(lines.filter((line) => line.includes('message dropped')).length, 3);
  });

  test('asks to be told again when the store does not answer', async () => {
    await store.close();
    await eventarc(event).expect(500);

    assert.equal(posts.length, 0);
  });
});

function base64(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64');
}
