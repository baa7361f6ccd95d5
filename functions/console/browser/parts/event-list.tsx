// Events, newest first: who did what, and when.

import type { Event } from '../client/replies.ts';
import { eventAddress, eventText } from './event-text.ts';
import { Link } from './link.tsx';
import { Time } from './time.tsx';

export function EventList({ events }: { readonly events: readonly Event[] }) {
  if (events.length === 0) return <p class="quiet">Nothing has happened yet.</p>;
  return (
    <ol class="events">
      {events.map((event) => (
        <li key={event.seq}>
          <Time at={event.at} />
          <span>
            <strong>{event.by}</strong> <EventText event={event} />
          </span>
        </li>
      ))}
    </ol>
  );
}

function EventText({ event }: { readonly event: Event }) {
  const [text, to] = [eventText(event), eventAddress(event)];
  return to === null ? <span>{text}</span> : <Link to={to}>{text}</Link>;
}
