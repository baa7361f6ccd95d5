// A process of the simulation: the real ports with everything that can happen to them. It may die before or after any call;
// what it would have done then never happens. The garden answers by the truth, with noise, single wrong answers and hangs.

import type { Observation } from '../../shared/domain/availability/observation.ts';
import { fail, ok } from '../../shared/domain/fault.ts';
import type { ModelEndpoint } from '../../shared/domain/models/model-endpoint.ts';
import type { Bus, Store, Write } from '../../shared/ports.ts';
import { ScriptedGarden } from '../support/fakes/scripted-garden.ts';
import type { Chance } from './chance.ts';
import { downKinds, type Kind, lateRow, noiseRows, type Row, rowOf } from './probe-answers.ts';
import { nameOf, type Spot, type Truth } from './probe-truth.ts';

export class Died extends Error {}

/** What the garden said last of a place in one run, and what was true then. */
export interface Answer {
  readonly spot: Spot;
  readonly verdict: Observation['verdict'];
  readonly cause: Observation['cause'];
  readonly evidence: string;
  readonly truth: Kind;
  readonly stretch: number;
  readonly by: Observation['by'];
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Shared by all processes of a world. */
export interface Surroundings {
  readonly chance: Chance;
  readonly truth: Truth;
  readonly store: Store;
  time: number;
  /** How often things go wrong, as a factor: 0 is never. */
  trouble: number;
  /** The processes that lost their processor, each until it is woken. */
  readonly stalled: Map<Process, PromiseWithResolvers<void>>;
}

export class Process {
  readonly answers = new Map<string, Answer>();
  listed: readonly string[] | null = null;
  /** Whether it lost so much time that it may leave places out. */
  isLate = false;
  /** How often the store failed it. */
  failures = 0;
  readonly #around: Surroundings;
  readonly #onCommit: (writes: readonly Write[]) => void;
  readonly #mayStall: boolean;
  readonly #fuseOf: 'store' | 'any';
  #fuse: number;

  constructor(around: Surroundings, onCommit?: (writes: readonly Write[]) => void) {
    const { chance, trouble } = around;
    this.#around = around;
    this.#onCommit = onCommit ?? (() => {});
    // One that announces doesn't stall: waking up after its claim ran out, it would post what others have posted.
    this.#mayStall = onCommit !== undefined;
    this.#fuseOf = chance.happens(0.6) ? 'store' : 'any';
    const isDoomed = chance.happens(0.12 * trouble);
    this.#fuse = isDoomed ? chance.between(1, this.#fuseOf === 'store' ? 24 : 140) : Number.POSITIVE_INFINITY;
  }

  get isDead(): boolean {
    return this.#fuse <= 0;
  }

  async step<T>(of: 'store' | 'other', call: () => Promise<T>): Promise<T> {
    this.#burn(of);
    // Others may come in between, so that answers arrive in any order.
    for (let turns = this.#around.chance.between(0, 8); turns > 0; turns--) await null;
    if (this.#mayStall && this.#fails(0.001)) this.#beginStall();
    const stall = this.#around.stalled.get(this);
    if (stall !== undefined) await stall.promise;
    if (this.isDead) throw new Died();
    const value = await call();
    this.#burn(of);
    return value;
  }

  wake(): void {
    const stall = this.#around.stalled.get(this);
    this.#around.stalled.delete(this);
    stall?.resolve();
  }

  /** All that it does at once stands still, until it is woken or a call that was already under way kills it. */
  #beginStall(): void {
    const { stalled } = this.#around;
    this.isLate = true;
    // The dead aren't woken, so nobody may wait for them.
    if (!this.isDead && !stalled.has(this)) stalled.set(this, Promise.withResolvers());
  }

  #burn(of: 'store' | 'other'): void {
    if (!this.isDead && (this.#fuseOf === 'any' || of === 'store')) this.#fuse--;
    if (!this.isDead) return;
    this.wake();
    throw new Died();
  }

  store(): Store {
    const { store } = this.#around;
    return {
      read: (kind, id) =>
        this.step('store', async () => (this.#storeFails() ? unavailable() : await store.read(kind, id))),
      list: (kind, page) =>
        this.step('store', async () => (this.#storeFails() ? unavailable() : await store.list(kind, page))),
      commit: (writes) => this.step('store', () => this.#commit(writes)),
      close: () => Promise.resolve(),
    };
  }

  async #commit(writes: readonly Write[]) {
    if (this.#storeFails()) return unavailable();
    const committed = await this.#around.store.commit(writes);
    if (committed.ok) this.#onCommit(writes);
    // It was written, and the answer got lost.
    return this.#storeFails() ? unavailable() : committed;
  }

  bus(take: (event: Parameters<Bus['publish']>[0]) => void): Bus {
    return {
      publish: (event) =>
        this.step('other', async () => {
          if (this.#fails(0.03)) return fail({ code: 'bus_unavailable', detail: 'simulated' });
          take(event);
          return ok(null);
        }),
      close: () => Promise.resolve(),
    };
  }

  garden(): ScriptedGarden {
    const { truth } = this.#around;
    const garden = new ScriptedGarden(
      () => this.#around.time,
      (endpoint, by) => this.step('other', async () => this.#answer(endpoint, by)),
    );
    garden.listing = () =>
      this.step('other', async () => {
        this.listed = this.#fails(0.06) ? null : ['no-model-of-ours', ...truth.listed];
        return this.listed;
      });
    return garden;
  }

  #answer(endpoint: ModelEndpoint, by: 'screen' | 'confirm'): Observation {
    const spot = this.#around.truth.spotOf(endpoint);
    const row =
      this.#around.truth.stormAt(endpoint) ??
      this.#disturbance(spot) ??
      rowOf(by === 'screen' ? screened(spot) : spot.kind);
    if (row === lateRow) this.isLate = true;
    this.#around.time += row === lateRow ? 10_000 : this.#around.chance.between(0, 60);
    const at = this.#around.time;
    const { kind: truth, stretch } = spot;
    this.answers.set(nameOf(endpoint), { spot, ...row, truth, stretch, by, at });
    return { ...row, by, at: new Date(at).toISOString() };
  }

  #disturbance(spot: Spot): Row | null {
    if (this.#fails(0.06)) return this.#around.chance.pick(noiseRows);
    // A wrong answer comes alone; where the model is gone, it is only another reason.
    const isServable = spot.kind === 'enabled' || spot.kind === 'no_quota';
    if ((isServable && spot.isFlapped) || !this.#fails(0.02)) return null;
    spot.isFlapped = true;
    return rowOf(this.#around.chance.pick(downKinds));
  }

  #storeFails(): boolean {
    const isFailing = this.#fails(0.005);
    if (isFailing) this.failures++;
    return isFailing;
  }

  #fails(probability: number): boolean {
    return this.#around.chance.happens(probability * this.#around.trouble);
  }
}

function screened({ kind, isScreenFooled }: Spot): Kind | 'candidate' {
  return kind === 'enabled' || kind === 'no_quota' || isScreenFooled ? 'candidate' : kind;
}

function unavailable() {
  return fail({ code: 'store_unavailable', detail: 'simulated' });
}
