// The browser's own check of the chain of events, against the service's.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findBreak } from '../../../../functions/console/browser/screens/history/chain.ts';
import { appendEvent, type Event, emptyChain } from '../../../../shared/domain/events/event.ts';
import { newEvent } from '../../../support/world.ts';

function chainOf(length: number): Event[] {
  let chainHead = emptyChain;
  return Array.from({ length }, (_, at) => {
    const appended: { readonly event: Event; readonly chainHead: typeof emptyChain } = appendEvent(
      chainHead,
      newEvent(at + 1),
    );
    chainHead = appended.chainHead;
    return appended.event;
  });
}

test('the browser finds no break in a chain of the service, nor in a part of it', async () => {
  const events = chainOf(9);

  assert.deepEqual(
    [await findBreak(events), await findBreak(events.slice(4)), await findBreak([])],
    [null, null, null],
  );
});

test('the browser names the first event that was changed, removed or moved', async () => {
  const events = chainOf(5);
  const changed = events.map((event) => (event.seq === 3 ? { ...event, by: 'somebody else' } : event));
  const removed = events.filter(({ seq }) => seq !== 3);
  const moved = [events[1], events[0], ...events.slice(2)].filter((event) => event !== undefined);

  assert.deepEqual([await findBreak(changed), await findBreak(removed), await findBreak(moved)], [3, 4, 1]);
});
