// An instance's view of access with a store that answers when the test says so and a clock that the test moves.

import assert from 'node:assert/strict';
import { type AccessCache, type AccessIndex, createAccessCache } from '../../functions/api/auth/access-cache.ts';
import { type Access, noRoles } from '../../shared/domain/access/access.ts';
import { fail, ok, type Result } from '../../shared/domain/fault.ts';
import type { Store, Stored } from '../../shared/ports.ts';
import { now } from './world.ts';

type Answer = Result<Stored<Access> | null>;
export const seconds = 1000;
export const down = fail({ code: 'store_unavailable', detail: 'it is down' });

/** A view whose store answers when the test says so, or by `read`, and whose clock the test moves. */
export class ViewWorld {
  time = now;
  readonly reads: PromiseWithResolvers<Answer>[] = [];
  readonly view: AccessCache;

  constructor(read?: () => Promise<Answer>) {
    const ask = () => {
      const request = Promise.withResolvers<Answer>();
      this.reads.push(request);
      return read === undefined ? request.promise : read();
    };
    // The view reads the access document and no other kind.
    this.view = createAccessCache({ read: ask as Store['read'] }, () => this.time, []);
  }

  /** What is known now; nobody may have to wait for it. */
  immediate(): number {
    const accessIndex = this.view.current();
    return accessIndex instanceof Promise ? assert.fail('it waits for the store') : numberOf(accessIndex);
  }

  async awaited(): Promise<number> {
    const accessIndex = this.view.current();
    return accessIndex instanceof Promise ? numberOf(await accessIndex) : assert.fail('it does not wait for the store');
  }

  async answer(answer: Answer, read = this.reads.at(-1)): Promise<void> {
    read?.resolve(answer);
    await new Promise((resolve) => setImmediate(resolve));
  }

  static async knowing(number: number): Promise<ViewWorld> {
    const world = new ViewWorld();
    const first = world.awaited();
    await world.answer(stored(number));
    assert.equal(await first, number);
    return world;
  }
}

export function access(number: number): Access {
  const at = '2026-11-24T11:00:00.000Z';
  return {
    revision: { number, roles: noRoles, by: 'admin', at, note: null, issued: null, revoked: null },
    tokens: [],
  };
}

export function stored(number: number): Answer {
  return ok({ id: 'current', version: String(number), value: access(number) });
}

export function numberOf(accessIndex: Result<AccessIndex>): number {
  return accessIndex.ok ? accessIndex.value.number : assert.fail(accessIndex.fault.code);
}
