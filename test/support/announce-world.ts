// The announce function under test: registered with the functions-framework, on a store of its own, with a scripted channel
// and a process that can die after each step.

import assert from 'node:assert/strict';
import { cloudEvent } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import request from 'supertest';
import { createAnnounce, type PubsubMessage } from '../../functions/announce/announce.ts';
import { eventWrites } from '../../functions/commands/event-writes.ts';
import { openSqlite } from '../../shared/adapters/sqlite.ts';
import type { Announcement, Posted } from '../../shared/domain/events/announcement.ts';
import type { Event, NewEvent } from '../../shared/domain/events/event.ts';
import type { Message } from '../../shared/domain/events/message.ts';
import type { Store } from '../../shared/ports.ts';
import { testKeys } from './document-keys.ts';
import { now } from './world.ts';

/** A read of the event, a read of the announcement, the write of a claim, the post, the write of what came of it. */
export type Step = 'find' | 'read' | 'claim' | 'post' | 'settle';

export class AnnounceWorld {
  readonly store = openSqlite(':memory:', testKeys);
  readonly posts: Message[] = [];
  readonly lines: string[] = [];
  readonly serviceUrl = 'https://pinward.test';
  readonly server: ReturnType<typeof getTestServer>;
  /** What the channel answers next; accepted when nothing is left. */
  answers: (Posted | Promise<Posted>)[] = [];
  time = now;
  /** The step after which the process dies, so that what follows never happens. */
  diesAfter: Step | null = null;
  /** How many of the next commits the store refuses. */
  refusals = 0;
  #postsAtCommit = 0;

  constructor() {
    const note = (message: string, fields = {}) => this.lines.push(JSON.stringify({ message, ...fields }));
    const announce = createAnnounce({
      store: this.#mortalStore(),
      channel: { post: (message) => this.#post(message) },
      clock: () => this.time,
      log: { info: note, warn: note, error: note },
      serviceUrl: this.serviceUrl,
    });
    cloudEvent<PubsubMessage>('announce', announce);
    this.server = getTestServer('announce');
  }

  /** Commits an event to the store, as a change does. */
  async commit(newEvent: NewEvent): Promise<Event> {
    const writes = await eventWrites(this.store, [newEvent]);
    assert.ok(writes.ok);
    const committed = await this.store.commit(writes.value);
    assert.ok(committed.ok);
    const [first] = writes.value;
    assert.ok(first?.kind === 'event' && 'value' in first);
    return first.value;
  }

  /** As Eventarc delivers in production. */
  eventarc(body: unknown) {
    return this.deliver(base64(body));
  }

  /** The same with data that need not be text. */
  deliver(data: unknown) {
    return request(this.server)
      .post('/')
      .set({ 'ce-id': '1', 'ce-specversion': '1.0', 'ce-source': '//pubsub.googleapis.com/projects/p/topics/t' })
      .set({ 'ce-type': 'google.cloud.pubsub.topic.v1.messagePublished', 'content-type': 'application/json' })
      .send({ message: { data, messageId: '1', attributes: {} }, subscription: 's' });
  }

  /** As the Pub/Sub emulator pushes. */
  push(body: unknown) {
    const message = { data: base64(body), messageId: '7', attributes: {}, publishTime: '2026-11-24T11:00:00.000Z' };
    return request(this.server)
      .post('/projects/p/topics/t')
      .send({ subscription: 'projects/p/subscriptions/s', message });
  }

  async announcement(id: string): Promise<Announcement | null> {
    const read = await this.store.read('announcement', id);
    assert.ok(read.ok);
    return read.value?.value ?? null;
  }

  async #post(message: Message): Promise<Posted> {
    this.posts.push(message);
    this.#dieAfter('post');
    return (await this.answers.shift()) ?? { kind: 'accepted' };
  }

  #mortalStore(): Store {
    const { store } = this;
    return {
      close: () => store.close(),
      list: (kind, page) => store.list(kind, page),
      read: async (kind, id) => {
        const read = await store.read(kind, id);
        this.#dieAfter(kind === 'event' ? 'find' : 'read');
        return read;
      },
      commit: async (writes) => {
        if (this.refusals > 0) {
          this.refusals--;
          return { ok: false, fault: { code: 'store_unavailable', detail: 'for a moment' } };
        }
        const committed = await store.commit(writes);
        this.#dieAfter(this.posts.length > this.#postsAtCommit ? 'settle' : 'claim');
        this.#postsAtCommit = this.posts.length;
        return committed;
      },
    };
  }

  #dieAfter(step: Step): void {
    if (this.diesAfter === step) throw new Error('the process died here');
  }
}

function base64(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64');
}
