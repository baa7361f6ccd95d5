// The service of the simulated fleet: api instances, probe and advance on one store and a clock that the world moves. All of
// them are the real ones; only Vertex is a truth that the story sets, and nobody listens to the bus.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { readAdoption } from '../../functions/adoption/adoption.ts';
import { failuresOf } from '../../functions/adoption/failures.ts';
import { advanceOnce } from '../../functions/advance/advance.ts';
import { createSweep, type Sweep } from '../../functions/commands/outbox.ts';
import type { Log } from '../../functions/log.ts';
import { runProbe } from '../../functions/probe/run.ts';
import { openSqlite } from '../../shared/adapters/sqlite.ts';
import { ok, type Result } from '../../shared/domain/fault.ts';
import type { AdoptionCounts } from '../../shared/domain/serving/adoption.ts';
import type { Revision } from '../../shared/domain/serving/revision.ts';
import type { Rollout } from '../../shared/domain/serving/rollout.ts';
import type { Clock, Store } from '../../shared/ports.ts';
import { testKeys } from '../support/document-keys.ts';
import { type Answer, Answers } from './fleet-answers.ts';
import { Instance } from './fleet-instance.ts';
import type { Machines } from './fleet-machines.ts';
import { Truth } from './fleet-policy.ts';
import { CountedStore, stuck } from './fleet-store.ts';

export interface ServiceInput {
  readonly instances: number;
  /** Whether the first instance never learns of a change. */
  readonly isStuck: boolean;
  readonly machines: Machines;
  readonly clock: Clock;
  readonly onAnswer: (answer: Answer, machine: number) => void;
}

export class Service {
  readonly truth: Truth;
  readonly store = new CountedStore(openSqlite(':memory:', testKeys));
  readonly instances: readonly [Instance, ...Instance[]];
  /** Those that machines reach at present. */
  serving: readonly [Instance, ...Instance[]];
  /** Every revision so far, by its number less one. */
  readonly revisions: Revision[] = [];
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #probe: Store;
  readonly #advance: Store;
  readonly #sweep: Sweep;
  /** For the simulation's own looks. */
  readonly #reader: Store;
  #bug: Error | null = null;
  #polls = 0;

  constructor({ instances, isStuck, machines, clock, onAnswer }: ServiceInput) {
    this.#clock = clock;
    this.#log = { info() {}, warn() {}, error: (message, fields) => this.#note(message, fields) };
    this.truth = new Truth(clock);
    this.#probe = this.store.for('probe');
    this.#advance = this.store.for('advance');
    this.#reader = this.store.for('simulation');
    this.#sweep = createSweep(this.#advance, { publish: async () => ok(null), close: async () => undefined });
    const around = { clock, log: this.#log, answers: new Answers(machines), machines, onAnswer };
    const make = (at: number) => {
      const policyCache = this.store.for(`policyCache ${at}`);
      const people = this.store.for(`people ${at}`);
      const stores = { policyCache: isStuck && at === 0 ? stuck(policyCache) : policyCache, people };
      return new Instance({ ...stores, adoption: this.store.for(`adoption ${at}`) }, around);
    };
    const others = Array.from({ length: instances - 1 }, (_, at) => make(at + 1));
    this.instances = [make(0), ...others];
    this.serving = this.instances;
  }

  /** Once a minute: as many as its polls need where all can carry every machine each 27 s; two at least, which may differ. */
  scale(polls: number, machines: number): void {
    const needed = Math.ceil((this.instances.length * (polls - this.#polls) * 27) / (machines * 60));
    this.#polls = polls;
    const [first, ...others] = this.instances;
    this.serving = [first, ...others.slice(0, Math.max(1, needed - 1))];
  }

  get revision(): Revision {
    return this.revisions.at(-1) ?? missing();
  }

  /** Whether a model answered when a revision was made. */
  wasCallable(model: string, revision: number): boolean {
    const { at } = this.revisions[revision - 1] ?? missing();
    return this.truth.wasCallable(model, Date.parse(at));
  }

  /** Seconds that have passed since an instant of a document. */
  since(at: string): number {
    return (this.#clock() - Date.parse(at)) / 1_000;
  }

  async probe(): Promise<void> {
    const ports = { store: this.#probe, garden: this.truth.garden(), catalogue: [], clock: this.#clock };
    await must(runProbe({ ...ports, holder: 'probe', projects: [], locations: [] }));
    await this.#follow();
  }

  async advance(): Promise<void> {
    const readFailures = (rollouts: readonly Rollout[]) => failuresOf(this.#advance, rollouts);
    const ports = { store: this.#advance, catalogue: [], clock: this.#clock, firstOwners: [], readFailures };
    await must(advanceOnce({ ...ports, sweep: this.#sweep, log: this.#log }));
    await this.#follow();
  }

  /** An admin's call on one instance. */
  async ask(instance: Instance, method: 'POST' | 'PUT', path: string, body?: object): Promise<void> {
    await instance.ask('ada@example.com', method, path, body);
    await this.#follow();
  }

  /** Adoption as people see it, with all that was polled so far. */
  async countAdoption(): Promise<AdoptionCounts> {
    for (const { adoption } of this.instances) await adoption.flush();
    return must(readAdoption(this.#reader));
  }

  /** Lets what goes on in the background take its turn; reads that polls began are answered within the second. */
  async settle(): Promise<void> {
    do await nextTurn();
    while (this.store.pending > 0);
    if (this.#bug !== null) throw this.#bug;
  }

  async #follow(): Promise<void> {
    const published = await must(this.#reader.read('published', 'current'));
    const revision = published?.value.revision;
    if (revision !== undefined && revision.number !== this.revisions.length) this.revisions.push(revision);
  }

  #note(message: string, fields: object = {}): void {
    this.#bug ??= new Error(`${message}: ${JSON.stringify(fields)}`);
  }
}

async function must<T>(answer: Promise<Result<T>>): Promise<T> {
  const result = await answer;
  if (!result.ok) throw new Error(`an unexpected fault: ${JSON.stringify(result.fault)}`);
  return result.value;
}

function missing(): never {
  throw new Error('there is no such revision');
}
