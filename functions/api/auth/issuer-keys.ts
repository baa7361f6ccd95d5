// An issuer's public keys. `jose` fetches, caches and matches them; this file decides when, by Pinward's clock. They
// are fetched again after ten minutes, and for a token whose key is unknown. While the issuer can't be reached, the
// cached keys stay in use for a day.

import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../../../shared/ports.ts';

/** Thrown when there are no usable keys, so the token can be neither accepted nor refused. */
export class IssuerUnavailable extends Error {}

const refreshAfterMs = 10 * 60_000;
const maxAgeMs = 24 * 3_600_000;
/** Tokens with made-up keys must not cause a fetch each. */
const minFetchIntervalMs = 30_000;
const retryAfterMs = 5_000;
const fetchTimeoutMs = 3_000;

/**
 * Left to itself, jose 6.2.18 throws when the issuer is down and its keys are older than ten minutes. It asks a failing issuer
 * again for each unknown key id.
 */
export function createIssuerKeys(address: string, clock: Clock): JWTVerifyGetKey {
  // With these two, jose fetches only when `reload` is called.
  const noAutomaticFetch = { cacheMaxAge: Number.POSITIVE_INFINITY, cooldownDuration: Number.POSITIVE_INFINITY };
  const keys = createRemoteJWKSet(new URL(address), { ...noAutomaticFetch, timeoutDuration: fetchTimeoutMs });
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let fetchStartedAt = Number.NEGATIVE_INFINITY;
  let pendingFetch: Promise<void> | null = null;
  /** Why the last fetch failed; null after a success. */
  let lastError: string | null = null;

  const sinceMs = (at: number) => Math.abs(clock() - at);

  /** Fetches the keys, unless that was done a moment ago. */
  function refresh(): Promise<void> | null {
    if (pendingFetch !== null || sinceMs(fetchStartedAt) < (lastError === null ? minFetchIntervalMs : retryAfterMs))
      return pendingFetch;
    fetchStartedAt = clock();
    const startedAt = fetchStartedAt;
    pendingFetch = keys
      .reload()
      .then(() => {
        fetchedAt = startedAt;
        lastError = null;
      })
      .catch((error: unknown) => {
        lastError = error instanceof Error ? error.message : String(error);
      })
      .finally(() => {
        pendingFetch = null;
      });
    return pendingFetch;
  }

  return async function keyOf(header, token) {
    if (sinceMs(fetchedAt) >= refreshAfterMs) await refresh();
    if (sinceMs(fetchedAt) >= maxAgeMs) throw new IssuerUnavailable(`${address}: ${lastError}`);
    try {
      return await keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await refresh();
      // The token's key may be new and not fetched yet.
      if (lastError !== null) throw new IssuerUnavailable(`${address}: ${lastError}`);
      return keys(header, token);
    }
  };
}
