// Announcements: the state of telling people of each event once. Pure; the announce function claims, posts and records by
// what is decided here.

import { z } from 'zod';

const maxReasonLength = 500;

/**
 * `claimed`: somebody is posting it until `until`. `waiting`: to be tried again, not before `until`. `done`: people saw
 * it. `dead`: it will never be posted, `reason` says why. `unconfirmed`: sent, but no answer came; not repeated.
 */
export const Announcement = z.strictObject({
  event: z.string(),
  state: z.enum(['claimed', 'waiting', 'done', 'dead', 'unconfirmed']),
  until: z.iso.datetime(),
  attempts: z.int().positive(),
  reason: z.string().max(maxReasonLength).nullable(),
});
export type Announcement = z.infer<typeof Announcement>;

/** What came of posting: told to `settle`. `retryAfterMs` is the channel's own wish, if it had one. */
export type Posted =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly reason: string; readonly retryAfterMs: number | null }
  | { readonly kind: 'revoked'; readonly reason: string }
  | { readonly kind: 'malformed'; readonly reason: string }
  | { readonly kind: 'unanswered'; readonly reason: string };

/** How long a claim holds: longer than any post may take, so that nobody else posts meanwhile. */
export const leaseMs = 20_000;
const firstRetryMs = 1_000;
const maxRetryMs = 10 * 60_000;
/** A channel may wish for more than that, but not for a wait that nobody would see the end of. */
const maxRequestedWaitMs = 24 * 60 * 60_000;
/** With doubling waits this is about a day. */
const maxAttempts = 150;

/** The claim to write before posting; null when it is done with, or somebody else's turn. */
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

/** What to record once the channel answered. */
export function settle(claimed: Announcement, posted: Posted, now: number): Announcement {
  const at = instant(now);
  if (posted.kind === 'accepted') return { ...claimed, state: 'done', until: at, reason: null };
  // Cut, since a reason too long to be kept would leave the claim open, and whoever came next would post again.
  const reason = posted.reason.slice(0, maxReasonLength).toWellFormed();
  switch (posted.kind) {
    case 'revoked':
    case 'malformed':
      return { ...claimed, state: 'dead', until: at, reason };
    case 'unanswered':
      return { ...claimed, state: 'unconfirmed', until: at, reason };
    case 'refused': {
      if (claimed.attempts >= maxAttempts) return { ...claimed, state: 'dead', until: at, reason };
      const own = Math.min(maxRetryMs, firstRetryMs * 2 ** (claimed.attempts - 1));
      // The longer of both: a channel that always asks for a second more must not use up the attempts of a day.
      const wait = Math.min(maxRequestedWaitMs, Math.max(own, posted.retryAfterMs ?? 0));
      return { ...claimed, state: 'waiting', until: instant(now + wait), reason };
    }
  }
}

/** What to record of an announcement whose attempts are used up, such as one that ends the process each time; else null. */
export function giveUp(before: Announcement | null, now: number): Announcement | null {
  if (before === null || isSettled(before) || before.attempts < maxAttempts || Date.parse(before.until) > now)
    return null;
  return { ...before, state: 'dead', until: instant(now), reason: before.reason ?? 'no attempt came to an end' };
}

export function isSettled({ state }: Announcement): boolean {
  return state === 'done' || state === 'dead' || state === 'unconfirmed';
}

function instant(at: number): string {
  return new Date(at).toISOString();
}
