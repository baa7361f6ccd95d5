// An ID token: what a signed token says of its holder, and what it must say to be believed.

import type { ApiResult } from '../problems/http-fault.ts';

export interface Identity {
  /** In lower case. */
  readonly email: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

export type Verify = (token: string) => Promise<ApiResult<Identity>>;

/** What a token must say to be believed. */
export interface IdTokenRequirements {
  readonly issuers: readonly string[];
  readonly audiences: readonly string[];
  readonly algorithm: 'RS256' | 'ES256';
  /** Where the issuer publishes its keys. */
  readonly keys: string;
  /** Google Workspace domains whose people may come in. */
  readonly hostedDomains: readonly string[];
  /** Whether the issuer says of each address if it is verified; IAP lets no other through. */
  readonly statesVerified: boolean;
}
