// A fleet's service for tests of steering: two instances of the api and the advance on one store, a Model Garden whose truth
// the test sets, people by name, and a clock that the test moves.

import { createAdoption } from '../../functions/adoption/adoption.ts';
import { failuresOf } from '../../functions/adoption/failures.ts';
import type { App } from '../../functions/api/admin/reply.ts';
import type { Caller } from '../../functions/api/auth/caller.ts';
import { createPolicyCache, type PolicyCache } from '../../functions/api/polls/policy-cache.ts';
import { moveRollouts } from '../../functions/commands/move-rollouts.ts';
import { runProbe } from '../../functions/probe/run.ts';
import { agreeAfterMs } from '../../shared/domain/availability/availability.ts';
import { ok } from '../../shared/domain/fault.ts';
import type { Catalogue } from '../../shared/domain/models/catalogue.ts';
import { advance } from '../../shared/domain/rollouts/advance.ts';
import type { Rollout } from '../../shared/domain/serving/rollout.ts';
import type { Store } from '../../shared/ports.ts';
import { appOfInstance } from './app-of-instance.ts';
import { callableWhere, ScriptedGarden } from './fakes/scripted-garden.ts';
import { models } from './invented.ts';
import { draft, ring } from './world.ts';

export const people = ['ada', 'bob', 'cyd'] as const;
export type Identity = (typeof people)[number];

export interface Answer {
  readonly status: number;
  /** As JSON.parse gives it: what calls answer is held against their schemas elsewhere. */
  readonly body: ReturnType<typeof JSON.parse>;
}

const hourMs = 3_600_000;

/** All at one price, so that an older model is less risk. */
const priced = models.map((model) => ({ ...model, price: { input: 5, output: 25 } }));

/** A canary ring that takes upgrades by itself, and the rest, which asks. */
export function rolloutPolicy(over: Record<string, unknown> = {}): Record<string, unknown> {
  const pins = {
    opus: { model: 'claude-opus-90' },
    sonnet: { model: 'claude-sonnet-90' },
    haiku: { model: 'claude-haiku-90@20300101' },
  };
  const rings = [
    ring({
      name: 'canary',
      match: ['machine:c-1', 'machine:c-2'],
      pins,
      upgrades: { opus: { rule: 'auto', soakHours: 1 } },
    }),
    ring({ name: 'everyone', pins, upgrades: { opus: { rule: 'approve', soakHours: 2 } } }),
  ];
  const rollout = { stages: [10, 50, 100], bakeMinutes: 30, abortAtFailurePercent: 20, minReports: 3 };
  return draft({ models: priced, rings, rollout, ...over });
}

export class Fleet {
  time = Date.parse('2031-05-01T00:00:00.000Z');
  /** What the project can call, by model; the rest it can't. */
  readonly callable = new Set(models.map(({ id }) => id));
  isVertexAway = false;
  readonly store: Store;
  readonly catalogue: Catalogue;
  readonly #instances: readonly App[];
  readonly policyCaches: readonly PolicyCache[];
  readonly #adoption: ReturnType<typeof createAdoption>;

  constructor(store: Store, catalogue: Catalogue = []) {
    this.store = store;
    this.catalogue = catalogue;
    const clock = () => this.time;
    const log = { info() {}, warn() {}, error: (message: string, fields = {}) => this.#bug(message, fields) };
    this.#adoption = createAdoption({ store, clock, log });
    this.policyCaches = [createPolicyCache(store, clock), createPolicyCache(store, clock)];
    const adoption = this.#adoption;
    this.#instances = this.policyCaches.map((policyCache) =>
      appOfInstance({ store, catalogue, policyCache, adoption, clock, log, firstOwners: people }),
    );
  }

  /** A call by a person on one of the two instances. */
  async ask(
    person: Identity,
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    body?: object,
    instance = 0,
  ): Promise<Answer> {
    // Everybody may do everything, under their own name.
    const caller: Caller = { name: person, role: 'owner', isPerson: true, email: person, labels: {} };
    return this.askAs(caller, method, path, body, instance);
  }

  /** A call by somebody who was identified already. */
  async askAs(
    caller: Caller,
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    body?: object,
    instance = 0,
  ): Promise<Answer> {
    const app = this.#instances[instance % this.#instances.length];
    if (app === undefined) throw new Error('there are two instances');
    const headers = { 'If-Match': '*', 'Content-Type': 'application/json' };
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await app.request(path, { method, headers, ...text }, { caller: ok(caller) });
    if (response.status === 500) throw new Error(`${method} ${path}: ${await response.text()}`);
    return { status: response.status, body: await response.json() };
  }

  pass(hours: number): void {
    this.time += hours * hourMs;
  }

  /** Two runs that are far enough apart to agree. */
  async probeTwice(): Promise<void> {
    await this.probe();
    this.time += agreeAfterMs;
    await this.probe();
  }

  probe() {
    const { store } = this;
    const clock = () => this.time;
    const garden = this.#garden();
    return runProbe({ store, garden, catalogue: this.catalogue, clock, holder: 'test', projects: [], locations: [] });
  }

  advance() {
    const { store } = this;
    const ports = {
      store,
      catalogue: this.catalogue,
      clock: () => this.time,
      firstOwners: people,
      readFailures: (rollouts: readonly Rollout[]) => failuresOf(store, rollouts),
      onPublished: () => undefined,
      afterCommit: () => Promise.resolve(),
    };
    return moveRollouts(ports, 'pinward', (transition, failures) => ok(advance(transition, failures)));
  }

  /** Machines of a ring say how it went with the revision that stands. */
  async report(
    names: readonly string[],
    revision: number,
    outcome: 'applied' | 'failed',
    ringName = 'canary',
  ): Promise<void> {
    for (const name of names) this.#adoption.reported(name, revision, ringName, outcome);
    await this.#adoption.flush();
  }

  #bug(message: string, fields: object): void {
    throw new Error(`${message}: ${JSON.stringify(fields)}`);
  }

  #garden(): ScriptedGarden {
    const truth = callableWhere(({ model }) => this.callable.has(model));
    return new ScriptedGarden(
      () => this.time,
      (endpoint, by) => (this.isVertexAway ? 'transient' : truth(endpoint, by)),
    );
  }
}
