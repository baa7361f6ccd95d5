// An announcement: the delivery state of one event to a channel, so that people see each event once. Pure functions
// decide on each claim, retry and end; callers write the state and post the message.

import { z } from 'zod';
import { dayMs } from '../day.ts';

const maxReasonLength = 500;

/**
 * `claimed`: one instance may post it until `until`. `waiting`: the next attempt comes at `until` or later. `done`: the
 * channel accepted it. `dead`: it will never be posted, for `reason`. `unconfirmed`: it was sent, but the channel gave
 * no answer. It isn't sent again: people could see it twice.
 */
export const Announcement = z.strictObject({
  /** The id of the event. */
  event: z.string(),
  state: z.enum(['claimed', 'waiting', 'done', 'dead', 'unconfirmed']),
  until: z.iso.datetime(),
  attempts: z.int().positive(),
  reason: z.string().max(maxReasonLength).nullable(),
});
export type Announcement = z.infer<typeof Announcement>;

/** The channel's answer to a post. `retryAfterMs` is the wait that the channel asked for; null for none. */
export type Posted =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly reason: string; readonly retryAfterMs: number | null }
  | { readonly kind: 'revoked'; readonly reason: string }
  | { readonly kind: 'malformed'; readonly reason: string }
  | { readonly kind: 'unanswered'; readonly reason: string };

/** How long a claim is valid, in milliseconds. Longer than any post takes, so that no two instances post at once. */
export const leaseMs = 20_000;
const firstRetryMs = 1_000;
const maxRetryMs = 10 * 60_000;
/** A channel may ask for a longer wait, up to this limit. */
const maxRequestedWaitMs = 24 * 60 * 60_000;
/** With doubled waits this is about a day. */
const maxAttempts = 150;

/**
 * An older event is not announced. Pub/Sub keeps a message for seven days (infra/events.tf), and an event may wait a day
 * in the outbox before that. A later delivery is a replay. An announcement expires after 180 days, and nothing else
 * records that its event was announced. A replay after that time must already be too old.
 */
export const maxEventAgeMs = 8 * dayMs;

/** Whether the event of the time `at` is too old for an announcement. */
export function isTooOld(at: string, now: number): boolean {
  return now - Date.parse(at) > maxEventAgeMs;
}

/** The claim to write before a post; null when the announcement has ended, waits, or is claimed by another instance. */
export function claim(before: Announcement | null, event: string, now: number): Announcement | null {
  if (before !== null && isSettled(before)) return null;
  if (before !== null && Date.parse(before.until) > now) return null;
  return {
    event,
    state: 'claimed',
    until: instant(now + leaseMs),
    attempts: (before?.attempts ?? 0) + 1,
    reason: null,
  };
}

/** The state to write after the channel's answer. */
export function settle(claimed: Announcement, posted: Posted, now: number): Announcement {
  const at = instant(now);
  if (posted.kind === 'accepted') return { ...claimed, state: 'done', until: at, reason: null };
  // A reason too long for the schema would fail the write. The claim would stay open, and the post would be repeated.
  const reason = posted.reason.slice(0, maxReasonLength).toWellFormed();
  switch (posted.kind) {
    case 'revoked':
    case 'malformed':
      return { ...claimed, state: 'dead', until: at, reason };
    case 'unanswered':
      return { ...claimed, state: 'unconfirmed', until: at, reason };
    case 'refused': {
      if (claimed.attempts >= maxAttempts) return { ...claimed, state: 'dead', until: at, reason };
      const backoffMs = Math.min(maxRetryMs, firstRetryMs * 2 ** (claimed.attempts - 1));
      // The longer of both waits: a channel that always asks for one second must not use up the attempts of a day.
      const waitMs = Math.min(maxRequestedWaitMs, Math.max(backoffMs, posted.retryAfterMs ?? 0));
      return { ...claimed, state: 'waiting', until: instant(now + waitMs), reason };
    }
  }
}

/** The state `dead` when all attempts are used up, such as when each post ended the process; else null. */
export function giveUp(before: Announcement | null, now: number): Announcement | null {
  if (before === null || isSettled(before) || before.attempts < maxAttempts || Date.parse(before.until) > now)
    return null;
  return { ...before, state: 'dead', until: instant(now), reason: before.reason ?? 'no attempt finished' };
}

/** Whether the announcement has ended. */
export function isSettled({ state }: Announcement): boolean {
  return state === 'done' || state === 'dead' || state === 'unconfirmed';
}

function instant(at: number): string {
  return new Date(at).toISOString();
}
