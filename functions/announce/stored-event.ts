// The stored event of a message. Anybody with publisher rights on the topic can send any text. So only the number and
// the id of an event are taken from a message. The event itself is read from the store.

import { z } from 'zod';
import type { Event } from '../../shared/domain/events/event.ts';
import { envelope } from '../../shared/domain/events/event-envelope.ts';
import { ok, type Result } from '../../shared/domain/fault.ts';
import { numberedId, type Store } from '../../shared/ports.ts';

/** `dropped`: the store has no such event, and a retry would not find one. `seq` and `id` are what the message says. */
export type Found =
  | { readonly kind: 'event'; readonly event: Event }
  | { readonly kind: 'dropped'; readonly reason: DropReason; readonly seq: number | null; readonly id: string | null };

type DropReason = 'malformed' | 'number not in the store' | 'different id in the store';

const EventReference = z.object({ seq: envelope.seq, id: envelope.id });
type EventReference = z.infer<typeof EventReference>;

/**
 * `body` is the message's data in Base64; the sender of a push may have made it anything else. An event is published
 * after its commit, so a real one is in the store.
 */
export async function findStoredEvent(store: Store, body: unknown): Promise<Result<Found>> {
  // An object with a `length` would make Buffer.from allocate that much.
  const reference = typeof body === 'string' ? parseReference(body) : null;
  if (reference === null) return ok({ kind: 'dropped', reason: 'malformed', seq: null, id: null });
  const read = await store.read('event', numberedId(reference.seq));
  if (!read.ok) return read;
  if (read.value === null) return ok({ kind: 'dropped', reason: 'number not in the store', ...reference });
  const event = read.value.value;
  if (event.id !== reference.id) return ok({ kind: 'dropped', reason: 'different id in the store', ...reference });
  return ok({ kind: 'event', event });
}

function parseReference(body: string): EventReference | null {
  try {
    const parsed = EventReference.safeParse(JSON.parse(Buffer.from(body, 'base64').toString('utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
