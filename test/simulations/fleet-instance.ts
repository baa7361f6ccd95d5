// One instance of the api in the simulated fleet: the real policy cache, response cache, adoption and app; what lies between, HTTP, is left
// out but for a sample (fleet-witness.ts).

import { type Adoption, createAdoption } from '../../functions/adoption/adoption.ts';
import type { App } from '../../functions/api/admin/reply.ts';
import type { Caller } from '../../functions/api/auth/caller.ts';
import { type CachedPolicy, createPolicyCache, type PolicyCache } from '../../functions/api/polls/policy-cache.ts';
import { createPoll, type Poll } from '../../functions/api/polls/poll.ts';
import { createResponseCache } from '../../functions/api/polls/response-cache.ts';
import { createSignatures } from '../../functions/api/signing/signatures.ts';
import { createRateLimiter } from '../../functions/api/traffic/rate-limit.ts';
import type { Log } from '../../functions/log.ts';
import { ok } from '../../shared/domain/fault.ts';
import type { Clock, Store } from '../../shared/ports.ts';
import { appOfInstance } from '../support/app-of-instance.ts';
import { type Answer, type Answers, CachedAnswers } from './fleet-answers.ts';
import type { Machines } from './fleet-machines.ts';

export interface Surroundings {
  readonly clock: Clock;
  readonly log: Log;
  readonly answers: Answers;
  readonly machines: Machines;
  readonly onAnswer: (answer: Answer, machine: number) => void;
}

/** The same store, counted by what it is used for. */
export interface Stores {
  readonly policyCache: Store;
  readonly adoption: Store;
  readonly people: Store;
}

export class Instance {
  readonly policyCache: PolicyCache;
  readonly adoption: Adoption;
  readonly #around: Surroundings;
  readonly #signatures: ReturnType<typeof createSignatures>;
  readonly #app: App;
  #known: CachedPolicy | null = null;
  #cached: CachedAnswers | null = null;

  constructor(stores: Stores, around: Surroundings) {
    const { clock, log } = around;
    this.#around = around;
    this.policyCache = createPolicyCache(stores.policyCache, clock);
    this.adoption = createAdoption({ store: stores.adoption, clock, log });
    this.#signatures = createSignatures(null, clock, log);
    const { policyCache, adoption } = this;
    this.#app = appOfInstance({ store: stores.people, policyCache, adoption, clock, log });
  }

  /** As poll.ts keeps its response cache; null before there is a policy. */
  answersBy(known: CachedPolicy): CachedAnswers | null {
    const { clock, answers, machines, onAnswer } = this.#around;
    const now = clock();
    if (this.#cached !== null && this.#known === known && now < this.#cached.expires) return this.#cached;
    if (known.published === null) return null;
    const responseCache = createResponseCache({
      published: known.published,
      staleSince: known.staleSince,
      shipped: [],
      signatures: this.#signatures,
      now,
    });
    this.#known = known;
    this.#cached = new CachedAnswers(responseCache, known.published.revision.rollouts, answers, machines, onAnswer);
    return this.#cached;
  }

  /** The real poll on this instance's own policy cache, which counts for `adoption` instead. */
  realPoll(identify: Parameters<typeof createPoll>[0]['authenticator'], adoption: Adoption): Poll {
    const { clock, log } = this.#around;
    const { policyCache } = this;
    return createPoll({
      policyCache,
      authenticator: identify,
      rateLimiter: createRateLimiter(clock),
      catalogue: [],
      clock,
      log,
      adoption,
      keys: null,
      traceProject: null,
    });
  }

  /** A person's call; throws unless it is answered with 200. */
  async ask(person: string, method: 'POST' | 'PUT', path: string, body?: object): Promise<void> {
    const headers = { 'If-Match': '*', 'Content-Type': 'application/json' };
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    // Everybody may do everything, under the name that the call presents.
    const caller = ok<Caller>({ name: person, role: 'owner', isPerson: true, email: null, labels: {} });
    const response = await this.#app.request(path, { method, headers, ...text }, { caller });
    if (response.status !== 200) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  }
}
