// The largest policy and a long history.

import assert from 'node:assert/strict';
import { openSqlite } from '../../shared/adapters/sqlite.ts';
import { appendEvent, type Event, emptyChain } from '../../shared/domain/events/event.ts';
import { numberedId } from '../../shared/ports.ts';
import { testKeys } from '../support/document-keys.ts';
import { newEvent } from '../support/world.ts';

/** As many rings and selectors as a policy usually can have: 100 and 5,000. The last ring is given. */
export function largePolicy(base: object, last: { readonly name: string; readonly pins: object }): object {
  const rings = Array.from({ length: 99 }, (_, at) => {
    const match = Array.from({ length: 50 }, (_, each) => `machine:laptop-${at}-${each}`);
    return { name: `ring-${at}`, match, pins: last.pins };
  });
  return { ...base, rings: [...rings, last] };
}

/** In place of the events that there are. */
export async function writeEvents(file: string, count: number): Promise<void> {
  const store = openSqlite(file, testKeys);
  let chainHead = emptyChain;
  for (let first = 0; first < count; first += 500) {
    const writes = Array.from({ length: 500 }, (_, at) => {
      const appended: { event: Event; chainHead: typeof emptyChain } = appendEvent(chainHead, newEvent(first + at + 1));
      chainHead = appended.chainHead;
      return { kind: 'event', id: numberedId(appended.event.seq), expect: 'any', value: appended.event } as const;
    });
    const committed = await store.commit(writes);
    assert.equal(committed.ok, true);
  }
  await store.close();
}
