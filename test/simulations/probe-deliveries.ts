// The bus and the people of the simulation: events come again, twice at once, and late; the real announcer tells them into a
// channel that now and then refuses, or takes a message and doesn't say so.

import type { CloudEvent } from '@google-cloud/functions-framework';
import { createAnnounce, type PubsubMessage, RetryLater } from '../../functions/announce/announce.ts';
import type { Posted } from '../../shared/domain/events/announcement.ts';
import type { Event } from '../../shared/domain/events/event.ts';
import { Died, Process, type Surroundings } from './probe-process.ts';

export const silent = { info() {}, warn() {}, error() {} };
const serviceUrl = 'https://pinward.test';

export class Deliveries {
  readonly posts = new Map<string, number>();
  /**
   * Posts whose process died before it could record them, or whom the store refused three times: nobody can know of them,
   * so one more post each is no fault of the code (functions/README.md says so).
   */
  readonly unrecorded = new Map<string, number>();
  readonly #around: Surroundings;
  readonly #tally: (what: string) => void;
  #queue: Event[] = [];

  constructor(around: Surroundings, tally: (what: string) => void) {
    this.#around = around;
    this.#tally = tally;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  take(event: Event): void {
    this.#queue.push(event);
  }

  /** Whatever the bus has, once; what failed or is delivered twice comes again. */
  async deliver(): Promise<void> {
    const { chance, trouble } = this.#around;
    const due = this.#queue;
    this.#queue = [];
    for (const event of due) {
      this.#around.time += chance.between(10, 3_000);
      const isTwice = trouble > 0 && chance.happens(0.08);
      const taken = await Promise.all([this.#announce(event), isTwice ? this.#announce(event) : true]);
      const comesAgain = trouble > 0 && chance.happens(0.08);
      if (comesAgain || taken.includes(false)) this.#queue.push(event);
    }
  }

  /** Whether the delivery was taken. */
  async #announce(event: Event): Promise<boolean> {
    const process = new Process(this.#around);
    const channel = { post: () => process.step('other', () => this.#post(event)) };
    const ports = { channel, clock: () => this.#around.time, log: silent, serviceUrl };
    const announce = createAnnounce({ ...ports, store: process.store() });
    const data = { message: { data: Buffer.from(JSON.stringify(event)).toString('base64') } };
    const before = this.posts.get(event.id) ?? 0;
    try {
      // The only parts of a CloudEvent that announce reads.
      await announce({ id: '1', data } as CloudEvent<PubsubMessage>);
      return true;
    } catch (error) {
      if (!(error instanceof Died || error instanceof RetryLater)) throw error;
      this.#tally(error instanceof Died ? 'death in a delivery' : 'delivery that comes again');
      const isBeyondHelp = process.isDead || process.failures >= 3;
      if (isBeyondHelp && (this.posts.get(event.id) ?? 0) > before) await this.#noteUnrecorded(event);
      return false;
    }
  }

  async #post({ id }: Event): Promise<Posted> {
    const { chance, trouble } = this.#around;
    if (chance.happens(0.05 * trouble))
      return { kind: 'refused', reason: 'simulated', retryAfterMs: chance.pick([null, 1_000, 60_000]) };
    this.posts.set(id, (this.posts.get(id) ?? 0) + 1);
    for (let turns = chance.between(0, 40); turns > 0; turns--) await null;
    return chance.happens(0.02 * trouble) ? { kind: 'unanswered', reason: 'simulated' } : { kind: 'accepted' };
  }

  async #noteUnrecorded({ id }: Event): Promise<void> {
    const read = await this.#around.store.read('announcement', id);
    const state = read.ok ? read.value?.value.state : undefined;
    const isRecorded = state === 'done' || state === 'dead' || state === 'unconfirmed';
    if (!isRecorded) this.unrecorded.set(id, (this.unrecorded.get(id) ?? 0) + 1);
  }
}

/** Whether people are told of an event of the probe. An enabling that follows another within the hour was told with it. */
export function isTold({ kind, data }: Event): boolean {
  return kind === 'ModelEnabled' ? !data.follows : kind !== 'ModelListed';
}
