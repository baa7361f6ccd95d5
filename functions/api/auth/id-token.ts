// ID tokens: what a signed token says about its holder, and what Pinward requires of it.

import type { ApiResult } from '../problems/http-fault.ts';

/** The holder of a verified token. */
export interface Identity {
  /** In lower case. */
  readonly email: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Faults: `unauthenticated` and `issuer_unavailable`. */
export type Verify = (token: string) => Promise<ApiResult<Identity>>;

/** What a token must meet to be accepted. */
export interface IdTokenRequirements {
  readonly issuers: readonly string[];
  readonly audiences: readonly string[];
  readonly algorithm: 'RS256' | 'ES256';
  /** The URL of the issuer's keys. */
  readonly keys: string;
  /** Google Workspace domains whose accounts are accepted. */
  readonly hostedDomains: readonly string[];
  /** Whether the token has the claim `email_verified`. IAP sends none, because it admits verified addresses only. */
  readonly hasVerifiedClaim: boolean;
}
