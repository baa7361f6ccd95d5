// The chain of events, checked by its published rule: numbers without gaps from 1, and each event holds the hash of the one
// before. A hash is the SHA-256 of the event's fields as a JSON list; before the first event it is 64 zeros.

import { createHash } from 'node:crypto';
import type { Event } from '../../shared/domain/events/event.ts';

export function isWholeChain(events: readonly Event[]): boolean {
  let last = '0'.repeat(64);
  return events.every(({ seq, previous, id, kind, subject, at, by, data, hash }, index) => {
    const fields = JSON.stringify([index + 1, last, id, kind, subject, at, by, data]);
    const isNext = seq === index + 1 && previous === last;
    last = createHash('sha256').update(fields).digest('hex');
    return isNext && hash === last;
  });
}
