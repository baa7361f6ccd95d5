// The chain of events, checked in the browser: each event's hash is over its content and the hash of the event before.

import type { Event } from '../../client/replies.ts';

/** The number of the first event that doesn't follow, or whose hash is wrong; null when all do. Oldest first. */
export async function findBreak(events: readonly Event[]): Promise<number | null> {
  let before: Event | null = null;
  for (const event of events) {
    const follows: boolean = before === null || (event.seq === before.seq + 1 && event.previous === before.hash);
    if (!follows || event.hash !== (await hashOf(event))) return event.seq;
    before = event;
  }
  return null;
}

async function hashOf({ seq, previous, id, kind, subject, at, by, data }: Event): Promise<string> {
  const text = JSON.stringify([seq, previous, id, kind, subject, at, by, data]);
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
