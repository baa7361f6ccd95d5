// Events, newest first. The browser itself checks that each holds the hash of the one before it.

import { useEffect, useState } from 'preact/hooks';
import { pathOf } from '../../client/call.ts';
import type { Event } from '../../client/replies.ts';
import { useCall } from '../../client/use-call.ts';
import { EventList } from '../../events/event-list.tsx';
import { Loading } from '../../parts/loading.tsx';
import { Pager } from '../../parts/pager.tsx';
import { findBreak } from './chain.ts';

const none: readonly Event[] = [];

export function Events({ query }: { readonly query: URLSearchParams }) {
  const before = query.get('before');
  const reading = useCall('/v1/events', pathOf('/v1/events', { limit: 100, before }));
  const events = reading.value?.events ?? none;
  return (
    <div class="card">
      <Loading of={[reading]} />
      <Chain events={events} />
      <EventList events={events} />
      <Pager path="/history" query={{ of: 'events' }} isOlder={before !== null} next={reading.value?.next ?? null} />
    </div>
  );
}

function Chain({ events }: { readonly events: readonly Event[] }) {
  const [broken, setBroken] = useState<number | 'checking' | null>('checking');
  useEffect(() => {
    let isLate = false;
    findBreak(events.toReversed()).then((found) => {
      if (!isLate) setBroken(found);
    });
    return () => {
      isLate = true;
    };
  }, [events]);
  if (events.length === 0 || broken === 'checking') return null;
  if (broken !== null) {
    return (
      <p class="notice bad" role="alert">
        <strong>Event {broken} does not follow from the one before it.</strong> Somebody changed the store.{' '}
        <code>npm run verify-history</code> checks the whole chain.
      </p>
    );
  }
  return (
    <p class="quiet">
      These {events.length} events form an unbroken chain. <code>npm run verify-history</code> checks all of it.
    </p>
  );
}
