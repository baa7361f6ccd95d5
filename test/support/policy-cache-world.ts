// A policy cache with a store that answers when the test says so and a clock that the test moves.

import assert from 'node:assert/strict';
import { type CachedPolicy, createPolicyCache, type PolicyCache } from '../../functions/api/polls/policy-cache.ts';
import type { Published } from '../../shared/domain/documents.ts';
import { fail, ok, type Result } from '../../shared/domain/fault.ts';
import type { Store, Stored } from '../../shared/ports.ts';
import { now, revision } from './world.ts';

export type Answer = Result<Stored<Published> | null>;

/** A policy cache whose store answers when the test says so, and whose clock the test moves. */
export class World {
  time = now;
  readonly reads: PromiseWithResolvers<Answer>[] = [];
  readonly policyCache: PolicyCache;

  constructor(read?: () => Promise<Answer>) {
    const ask = () => {
      const request = Promise.withResolvers<Answer>();
      this.reads.push(request);
      return read === undefined ? request.promise : read();
    };
    // The policy cache reads the published document and no other kind.
    this.policyCache = createPolicyCache({ read: ask as Store['read'] }, () => this.time);
  }

  /** What a poll gets now; it must not have to wait. */
  served(): Result<CachedPolicy> {
    const known = this.policyCache.current();
    return known instanceof Promise ? assert.fail('the poll waits for the store') : known;
  }

  waited(): Promise<Result<CachedPolicy>> {
    const known = this.policyCache.current();
    return known instanceof Promise ? known : assert.fail('the poll does not wait for the store');
  }

  /** Answers the newest read and lets the policy cache take the answer in. */
  async answer(answer: Answer, read = this.reads.at(-1)): Promise<void> {
    read?.resolve(answer);
    await settled();
  }

  static async knowing(number: number): Promise<World> {
    const world = new World();
    const first = world.waited();
    await world.answer(stored(number));
    assert.deepEqual(await first, known(number));
    return world;
  }
}

export const seconds = 1000;
export const down = fail({ code: 'store_unavailable', detail: 'it is down' });

/** After all promises that can go on have done so. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export function published(number: number): Published {
  return { revision: revision({ number }) };
}

export function stored(number: number): Answer {
  return ok({ id: 'current', version: String(number), value: published(number) });
}

export function known(number: number, staleSince: number | null = null): Result<CachedPolicy> {
  return ok({ published: published(number), staleSince });
}
