// An issuer's keys: fetched, cached and matched by `jose`; when to fetch is decided here, by Pinward's clock. New keys are
// found within ten minutes or with the first token that needs one, and withdrawn ones forgotten as soon; while the issuer
// can't be reached, known keys go on for a day.

import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../../../shared/ports.ts';

/** Thrown when there are no keys to go by: that says nothing about the token. */
export class IssuerUnavailable extends Error {}

const refreshAfterMs = 10 * 60_000;
const trustForMs = 24 * 3_600_000;
/** Tokens with made-up keys must not make Pinward ask the issuer all the time. */
const askAtMostEachMs = 30_000;
const retryAfterMs = 5_000;
const answerWithinMs = 3_000;

/**
 * Left to itself, jose 6.2.18 throws when the issuer is down and its keys are older than ten minutes. It asks a failing issuer
 * again for each unknown key id.
 */
export function createIssuerKeys(address: string, clock: Clock): JWTVerifyGetKey {
  // With these two, jose fetches when it is told to and never by itself.
  const ownPace = { cacheMaxAge: Number.POSITIVE_INFINITY, cooldownDuration: Number.POSITIVE_INFINITY };
  const keys = createRemoteJWKSet(new URL(address), { ...ownPace, timeoutDuration: answerWithinMs });
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let askedAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | null = null;
  /** Why the issuer could not be asked the last time. */
  let lastError: string | null = null;

  const sinceMs = (at: number) => Math.abs(clock() - at);

  /** Asks the issuer, unless that was done a moment ago. */
  function refresh(): Promise<void> | null {
    if (asking !== null || sinceMs(askedAt) < (lastError === null ? askAtMostEachMs : retryAfterMs)) return asking;
    askedAt = clock();
    const began = askedAt;
    asking = keys
      .reload()
      .then(() => {
        fetchedAt = began;
        lastError = null;
      })
      .catch((error: unknown) => {
        lastError = error instanceof Error ? error.message : String(error);
      })
      .finally(() => {
        asking = null;
      });
    return asking;
  }

  return async function keyOf(header, token) {
    if (sinceMs(fetchedAt) >= refreshAfterMs) await refresh();
    if (sinceMs(fetchedAt) >= trustForMs) throw new IssuerUnavailable(`${address}: ${lastError}`);
    try {
      return await keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await refresh();
      // The key may be a new one that could not be fetched.
      if (lastError !== null) throw new IssuerUnavailable(`${address}: ${lastError}`);
      return keys(header, token);
    }
  };
}
