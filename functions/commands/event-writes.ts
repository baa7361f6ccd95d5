// Event writes: append new events to the hash chain and to the outbox, in the same commit as the change they describe.

import { appendEvent, emptyChain, type NewEvent } from '../../shared/domain/events/event.ts';
import { ok, type Result } from '../../shared/domain/fault.ts';
import { expectOf, numberedId, type Store, type Write } from '../../shared/ports.ts';

/** Empty for no events. A commit of these writes fails if another commit appended an event since. */
export async function eventWrites(store: Store, newEvents: readonly NewEvent[]): Promise<Result<readonly Write[]>> {
  if (newEvents.length === 0) return ok([]);
  const stored = await store.read('chainHead', 'current');
  if (!stored.ok) return stored;
  let head = stored.value?.value ?? emptyChain;
  const writes = newEvents.flatMap((newEvent): Write[] => {
    const { event, chainHead } = appendEvent(head, newEvent);
    head = chainHead;
    const id = numberedId(event.seq);
    return [
      { kind: 'event', id, expect: 'absent', value: event },
      { kind: 'outbox', id, expect: 'absent', value: event },
    ];
  });
  return ok([...writes, { kind: 'chainHead', id: 'current', expect: expectOf(stored.value), value: head }]);
}
