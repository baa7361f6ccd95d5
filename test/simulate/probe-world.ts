// One world of the simulation: a store, a truth that changes, a schedule that starts probes (twice, at once, too late), a
// bus that delivers events again, and people who read the channel. Everything but these is the real code.

import type { CloudEvent } from '@google-cloud/functions-framework';
import { createAnnounce, NotYet, type PubsubMessage } from '../../functions/announce/announce.ts';
import { tell } from '../../functions/announce/tell.ts';
import { createSweep } from '../../functions/outbox.ts';
import { probeOnce } from '../../functions/probe/probe.ts';
import { runProbe } from '../../functions/probe/run.ts';
import { openSqlite } from '../../shared/adapters/sqlite.ts';
import { isSettled, type Posted } from '../../shared/domain/announcement.ts';
import { extendCatalogue } from '../../shared/domain/catalogue.ts';
import { type Event, findBreak } from '../../shared/domain/event.ts';
import type { Write } from '../../shared/ports.ts';
import { policy, revision, ring } from '../world.ts';
import type { Chance } from './chance.ts';
import { Oracle } from './probe-oracle.ts';
import { Died, Process, type Surroundings } from './probe-process.ts';
import { locations, models, projects, Truth } from './probe-truth.ts';

const silent = { info() {}, warn() {}, error() {} };
const serviceUrl = 'https://pinward.test';
const catalogue = extendCatalogue([], models);
const rings = [
  ring({ name: 'labs', project: 'acme-labs', location: 'eu', pins: { opus: { model: 'claude-opus-4-6' } } }),
  ring({
    pins: {
      opus: { model: 'claude-opus-4-8' },
      sonnet: { model: 'claude-sonnet-4-6' },
      haiku: { model: 'claude-haiku-4-5@20251001', location: 'us-east5' },
    },
  }),
];
const pinned = new Set([
  'acme-labs/eu/claude-opus-4-6',
  'acme-claude/global/claude-opus-4-8',
  'acme-claude/global/claude-sonnet-4-6',
  'acme-claude/us-east5/claude-haiku-4-5@20251001',
]);

export class ProbeWorld {
  readonly oracle = new Oracle(pinned);
  readonly posts = new Map<string, number>();
  /** Posts that a process took to the grave, or that the store would not record: nobody can know of them. */
  readonly unrecorded = new Map<string, number>();
  runs = 0;
  readonly #chance: Chance;
  readonly #around: Surroundings;
  #queue: Event[] = [];

  constructor(chance: Chance) {
    this.#chance = chance;
    const [truth, store] = [new Truth(chance), openSqlite(':memory:')];
    this.#around = { chance, truth, store, time: Date.parse('2026-11-24T12:00:00.000Z'), trouble: 1 };
  }

  async live(runs: number): Promise<void> {
    const value = { revision: revision({ policy: policy({ rings, models }) }) };
    await this.#around.store.commit([{ kind: 'published', id: 'current', expect: 'absent', value }]);
    while (this.runs < runs - 1) {
      this.#around.time += this.#chance.happens(0.06) ? this.#chance.between(1, 50_000) : this.#minutes(4, 40);
      // A calm hour now and then, as most are.
      if (this.#chance.happens(0.1)) this.#around.trouble = this.#chance.pick([0, 0.5, 1, 1, 3]);
      this.#around.truth.turn();
      const isTwice = this.runs < runs - 2 && this.#chance.happens(0.08);
      await Promise.all([
        this.#run(),
        isTwice ? this.#run() : null,
        this.#chance.happens(0.5) ? this.#deliver() : null,
      ]);
      if (this.#chance.happens(0.7)) await this.#deliver();
    }
    await this.#end();
  }

  #minutes(low: number, high: number): number {
    return this.#chance.between(low * 60_000, high * 60_000);
  }

  async #run(): Promise<void> {
    this.runs++;
    const process = new Process(this.#around, (writes) => this.#note(process, writes));
    const store = process.store();
    const bus = process.bus((event) => this.#queue.push(event));
    const ports = { store, garden: process.garden(), catalogue, clock: () => this.#around.time, projects, locations };
    const run = () => runProbe({ ...ports, holder: `run-${this.runs}` });
    try {
      await probeOnce({ run, sweep: createSweep(store, bus), log: silent });
    } catch (error) {
      if (!(error instanceof Died)) throw error;
    }
  }

  #note(process: Process, writes: readonly Write[]): void {
    if (!writes.some(({ kind }) => kind === 'matrix')) return;
    const events = writes.flatMap((write) => (write.kind === 'event' && !('remove' in write) ? [write.value] : []));
    this.oracle.committed(process, events);
    if (process.isLate) return;
    const asked = new Set([...models.map(({ id }) => id), ...(process.listed ?? [])]);
    for (const [name, { place }] of this.#around.truth.spots)
      if (asked.has(place.model) && !process.answers.has(name)) this.oracle.complain('missed', `${name}: not asked`);
  }

  /** Whatever the bus has, once; what failed or is delivered twice comes again. */
  async #deliver(): Promise<void> {
    const due = this.#queue;
    this.#queue = [];
    for (const event of due) {
      this.#around.time += this.#chance.between(10, 3_000);
      const isTwice = this.#around.trouble > 0 && this.#chance.happens(0.08);
      const taken = await Promise.all([this.#announce(event), isTwice ? this.#announce(event) : true]);
      const comesAgain = this.#around.trouble > 0 && this.#chance.happens(0.08);
      if (comesAgain || taken.includes(false)) this.#queue.push(event);
    }
  }

  /** Whether the delivery was taken. */
  async #announce(event: Event): Promise<boolean> {
    const process = new Process(this.#around);
    const store = process.store();
    let posted = 0;
    const channel = {
      post: () => process.step('other', async () => this.#post(() => posted++)),
    };
    const announce = createAnnounce({ store, channel, clock: () => this.#around.time, log: silent, serviceUrl });
    const data = { message: { data: Buffer.from(JSON.stringify(event)).toString('base64') } };
    // The only parts of a CloudEvent that announce reads.
    const delivered = { id: '1', data } as CloudEvent<PubsubMessage>;
    const isTaken = await announce(delivered).then(
      () => true,
      (error: unknown) => {
        if (error instanceof Died || error instanceof NotYet) return false;
        throw error;
      },
    );
    if (posted > 0) await this.#count(event);
    return isTaken;
  }

  #post(onPost: () => void): Posted {
    if (this.#chance.happens(0.05 * this.#around.trouble))
      return { kind: 'refused', reason: 'simulated', retryAfterMs: this.#chance.pick([null, 1_000, 60_000]) };
    onPost();
    const isLost = this.#chance.happens(0.02 * this.#around.trouble);
    return isLost ? { kind: 'unanswered', reason: 'simulated' } : { kind: 'accepted' };
  }

  async #count({ id }: Event): Promise<void> {
    this.posts.set(id, (this.posts.get(id) ?? 0) + 1);
    const read = await this.#around.store.read('announcement', id);
    const isRecorded = read.ok && read.value !== null && isSettled(read.value.value);
    if (!isRecorded) this.unrecorded.set(id, (this.unrecorded.get(id) ?? 0) + 1);
  }

  /** A last run without trouble, and all that is still on its way; then the books are closed. */
  async #end(): Promise<void> {
    const { oracle } = this;
    this.#around.trouble = 0;
    this.#around.truth.calm();
    this.#around.time += 60 * 60_000;
    await this.#run();
    for (let tries = 0; this.#queue.length > 0 && tries < 300; tries++) {
      this.#around.time += 20 * 60_000;
      await this.#deliver();
    }
    const history = await this.#around.store.list('event', { order: 'ascending', limit: 100_000 });
    const outbox = await this.#around.store.list('outbox', { order: 'ascending', limit: 1 });
    await this.#around.store.close();
    if (!history.ok || findBreak(history.value.map(({ value }) => value)) !== null) oracle.complain('false', 'history');
    if (!outbox.ok || outbox.value.length > 0) oracle.complain('missed', 'something stayed in the outbox');
    for (const [id, event] of oracle.events) {
      const posts = this.posts.get(id) ?? 0;
      if (tell(event, serviceUrl) !== null && posts === 0) oracle.complain('missed', `${id} was not posted`);
      if (posts > 1 + (this.unrecorded.get(id) ?? 0)) oracle.complain('duplicate', `${id} was posted ${posts} times`);
    }
    for (const id of this.posts.keys()) if (!oracle.events.has(id)) oracle.complain('false', `${id} never happened`);
  }

  /** Transitions that people heard of, by a message of their own or the one that they follow. */
  get announced(): number {
    return this.oracle.news.filter(
      (event) => this.posts.has(event.id) || (event.kind === 'ModelEnabled' && event.data.follows),
    ).length;
  }
}
