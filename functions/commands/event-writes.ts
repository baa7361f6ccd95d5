// Recording: what puts news into the chain of events and into the outbox, as writes for the commit that made it so.

import { appendEvent, emptyChain, type NewEvent } from '../../shared/domain/events/event.ts';
import { ok, type Result } from '../../shared/domain/fault.ts';
import { expectOf, numberedId, type Store, type Write } from '../../shared/ports.ts';

/** None for no news. A commit with them holds only if nobody else recorded anything since. */
export async function eventWrites(store: Store, newEvents: readonly NewEvent[]): Promise<Result<readonly Write[]>> {
  if (newEvents.length === 0) return ok([]);
  const chainHead = await store.read('chainHead', 'current');
  if (!chainHead.ok) return chainHead;
  let end = chainHead.value?.value ?? emptyChain;
  const writes = newEvents.flatMap((each): Write[] => {
    const { event, chainHead: moved } = appendEvent(end, each);
    end = moved;
    const id = numberedId(event.seq);
    return [
      { kind: 'event', id, expect: 'absent', value: event },
      { kind: 'outbox', id, expect: 'absent', value: event },
    ];
  });
  return ok([...writes, { kind: 'chainHead', id: 'current', expect: expectOf(chainHead.value), value: end }]);
}
