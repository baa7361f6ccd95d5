// One world of the simulation: a store, a truth that changes, and a schedule that starts probes twice, at once or while an
// older one hangs. Everything but the garden, the bus and the channel is the real code.

import { createSweep } from '../../functions/commands/outbox.ts';
import { probeOnce } from '../../functions/probe/probe.ts';
import { runProbe } from '../../functions/probe/run.ts';
import { openSqlite } from '../../shared/adapters/sqlite.ts';
import type { Event } from '../../shared/domain/events/event.ts';
import { extendCatalogue } from '../../shared/domain/models/catalogue.ts';
import type { Write } from '../../shared/ports.ts';
import { testKeys } from '../support/document-keys.ts';
import { policy, revision, ring } from '../support/world.ts';
import type { Chance } from './chance.ts';
import { isWholeChain } from './event-chain.ts';
import { Deliveries, isTold, silent } from './probe-deliveries.ts';
import { Oracle } from './probe-oracle.ts';
import { AskingOracle } from './probe-oracle-asking.ts';
import { Died, Process, type Surroundings } from './probe-process.ts';
import { locations, models, projects, Truth } from './probe-truth.ts';

const catalogue = extendCatalogue([], models);
const rings = [
  ring({ name: 'paris', location: 'eu', pins: { opus: { model: 'claude-opus-4-6' } } }),
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
  'acme-claude/eu/claude-opus-4-6',
  'acme-labs/eu/claude-opus-4-6',
  'acme-claude/global/claude-opus-4-8',
  'acme-claude/global/claude-sonnet-4-6',
  'acme-claude/us-east5/claude-haiku-4-5@20251001',
]);
/** Somewhat longer than a lease. */
const leaseMs = 6 * 60_000;

export class ProbeWorld {
  readonly oracle = new Oracle(pinned);
  readonly deliveries: Deliveries;
  /** How often each hardship and each kind of event came about. */
  readonly tally = new Map<string, number>();
  runs = 0;
  readonly #asking = new AskingOracle((kind, what) => this.oracle.complain(kind, what));
  readonly #chance: Chance;
  readonly #around: Surroundings;
  #open = 0;
  #ranAt = 0;
  #bug: unknown = null;

  constructor(chance: Chance) {
    this.#chance = chance;
    const [truth, store] = [new Truth(chance), openSqlite(':memory:', testKeys)];
    this.#around = {
      chance,
      truth,
      store,
      time: Date.parse('2026-11-24T12:00:00.000Z'),
      trouble: 1,
      stalled: new Map(),
    };
    this.deliveries = new Deliveries(this.#around, (what) => this.#tally(what));
  }

  async live(runs: number): Promise<void> {
    const chance = this.#chance;
    const value = { revision: revision({ policy: policy({ rings, models }) }) };
    await this.#around.store.commit([{ kind: 'published', id: 'current', expect: 'absent', value }]);
    const slowest = chance.pick([12, 40]);
    while (this.runs < runs - 1) {
      this.#around.time += chance.happens(0.06) ? chance.between(1, 50_000) : chance.between(4, slowest) * 60_000;
      // Times of trouble and calm ones follow one another.
      if (chance.happens(0.1)) this.#around.trouble = chance.pick([0, 0.5, 1, 1, 3]);
      this.#around.truth.turn();
      if (chance.happens(0.5)) this.#wake();
      const isTwice = this.runs < runs - 2 && chance.happens(0.08);
      const isAlone = !isTwice && this.#open === 0 && this.#around.time - this.#ranAt > leaseMs;
      this.#start(this.#run(isAlone));
      if (isTwice) this.#start(this.#run(false));
      if (chance.happens(0.5)) this.#start(this.deliveries.deliver());
      await this.#settle();
      if (chance.happens(0.7)) await this.deliveries.deliver();
    }
    await this.#end();
  }

  #start(job: Promise<void>): void {
    this.#open++;
    job
      .catch((error: unknown) => {
        this.#bug = error;
      })
      .finally(() => this.#open--);
  }

  /** Waits until every job has ended or stalled. */
  async #settle(): Promise<void> {
    while (this.#open > this.#around.stalled.size) await new Promise(setImmediate);
    if (this.#bug !== null) throw this.#bug;
  }

  #wake(): void {
    for (const process of this.#around.stalled.keys()) process.wake();
  }

  async #run(isAlone: boolean): Promise<void> {
    this.runs++;
    const process = new Process(this.#around, (writes) => this.#note(process, writes));
    const store = process.store();
    const bus = process.bus((event) => this.deliveries.take(event));
    const ports = { store, garden: process.garden(), catalogue, clock: () => this.#around.time, projects, locations };
    const run = () => runProbe({ ...ports, holder: `run-${this.runs}` });
    try {
      const { fault, endpoints } = await probeOnce({ run, sweep: createSweep(store, bus), log: silent });
      this.#tally(fault ?? (endpoints === 0 ? 'run that gave way' : 'run'));
      if (isAlone && !process.isLate && fault === null && endpoints === 0)
        this.oracle.complain('missed', 'a run gave way to nobody');
    } catch (error) {
      if (!(error instanceof Died)) throw error;
      this.#tally('death in a run');
    } finally {
      this.#ranAt = this.#around.time;
    }
  }

  #tally(what: string): void {
    this.tally.set(what, (this.tally.get(what) ?? 0) + 1);
  }

  #note(process: Process, writes: readonly Write[]): void {
    if (!writes.some(({ kind }) => kind === 'matrix')) return;
    const events = writes.flatMap((write) => (write.kind === 'event' && !('remove' in write) ? [write.value] : []));
    this.oracle.committed(process, events);
    for (const { kind, data } of events) this.#tally('follows' in data && data.follows ? `${kind} that follows` : kind);
    this.#tallySights(events);
    this.#asking.committed(process, this.#around.truth);
    if (process.isLate) this.#tally('run that lost time');
  }

  /** Which kinds of blindness came about, and whether one project was told of alone. */
  #tallySights(events: readonly Event[]): void {
    for (const event of events) {
      if (event.kind !== 'ProbeBlind' && event.kind !== 'ProbeRecovered') continue;
      const { areas } = event.data;
      const [ofProjects, ofLocations] = [areas.map(({ project }) => project), areas.map(({ location }) => location)];
      if (new Set(ofProjects).size === 1) this.#tally(`${event.kind} of one project`);
      if (new Set(ofLocations).size === 1) this.#tally(`${event.kind} of one location`);
      if (event.kind === 'ProbeBlind') for (const { verdict } of event.data.areas) this.#tally(`blind by ${verdict}`);
    }
  }

  /** A last run without trouble, and all that is still on its way; then the books are closed. */
  async #end(): Promise<void> {
    this.#around.trouble = 0;
    this.#wake();
    await this.#settle();
    this.#around.truth.calm();
    this.#around.time += 60 * 60_000;
    await this.#run(true);
    for (let tries = 0; this.deliveries.waiting > 0 && tries < 300; tries++) {
      this.#around.time += 20 * 60_000;
      await this.deliveries.deliver();
    }
    await this.#closeBooks();
  }

  async #closeBooks(): Promise<void> {
    const { oracle, deliveries } = this;
    const { store } = this.#around;
    const history = await store.list('event', { order: 'ascending', limit: 100_000 });
    const outbox = await store.list('outbox', { order: 'ascending', limit: 1 });
    await store.close();
    if (!history.ok || !isWholeChain(history.value.map(({ value }) => value))) oracle.complain('false', 'history');
    if (!outbox.ok || outbox.value.length > 0) oracle.complain('missed', 'something stayed in the outbox');
    for (const [id, event] of oracle.events) {
      const posts = deliveries.posts.get(id) ?? 0;
      if (isTold(event) && posts === 0) oracle.complain('missed', `${id} was not posted`);
      if (!isTold(event) && posts > 0) oracle.complain('false', `${id} was posted`);
      const most = 1 + (deliveries.unrecorded.get(id) ?? 0);
      if (posts > most) oracle.complain('duplicate', `${id} was posted ${posts} times`);
    }
    for (const id of deliveries.posts.keys())
      if (!oracle.events.has(id)) oracle.complain('false', `${id} never happened`);
  }

  /** Transitions that people heard of, by a message of their own or the one that they follow. */
  get announced(): number {
    return this.oracle.newEvents.filter(
      (event) => this.deliveries.posts.has(event.id) || (event.kind === 'ModelEnabled' && event.data.follows),
    ).length;
  }
}
