// Events, newest first: who did what, and when.

import type { Event } from '../client/replies.ts';
import { Link } from '../parts/link.tsx';
import { Time } from '../parts/time.tsx';
import { eventAddress, eventText } from './event-text.ts';

interface EventListProps {
  readonly events: readonly Event[];
  /** What is said when there are none. */
  readonly ifNone?: string;
}

export function EventList({ events, ifNone = 'Nothing has happened yet.' }: EventListProps) {
  if (events.length === 0) return <p class="quiet">{ifNone}</p>;
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
