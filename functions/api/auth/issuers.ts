// Issuers: they verify the tokens that Google signs for people and service accounts. These are ID tokens, and the
// assertions of Identity-Aware Proxy (IAP) for browsers. The verifying code is loaded with the first token: an instance
// that starts for a poll does not need it.

import type { Clock } from '../../../shared/ports.ts';
import type { IdTokenRequirements, Verify } from './id-token.ts';

/** Null where such tokens are not accepted. */
export interface Issuers {
  readonly google: Verify | null;
  readonly iap: Verify | null;
}

export interface KeyAddresses {
  readonly google: string;
  readonly iap: string;
}

/**
 * Sources: `jwks_uri` in https://accounts.google.com/.well-known/openid-configuration, and
 * https://cloud.google.com/iap/docs/signed-headers-howto
 */
export const googleKeys: KeyAddresses = {
  google: 'https://www.googleapis.com/oauth2/v3/certs',
  iap: 'https://www.gstatic.com/iap/verify/public_key-jwk',
};

/**
 * The audience of the ID tokens that gcloud makes for people: gcloud's own OAuth client. Every service that accepts it accepts the
 * same tokens, so each of them can call the others as the token's holder.
 */
export const gcloudAudience = '32555940559.apps.googleusercontent.com';

interface IssuerSettings {
  /** With none, Google's ID tokens are not accepted. */
  readonly audiences: readonly string[];
  readonly hostedDomains: readonly string[];
  readonly iapAudience: string | null;
  readonly keys: KeyAddresses;
}

export function createIssuers({ audiences, hostedDomains, iapAudience, keys }: IssuerSettings, clock: Clock): Issuers {
  const google: IdTokenRequirements = {
    issuers: ['https://accounts.google.com', 'accounts.google.com'],
    audiences,
    algorithm: 'RS256',
    keys: keys.google,
    hostedDomains,
    hasVerifiedClaim: true,
  };
  const iap: IdTokenRequirements = {
    issuers: ['https://cloud.google.com/iap'],
    audiences: iapAudience === null ? [] : [iapAudience],
    algorithm: 'ES256',
    keys: keys.iap,
    hostedDomains,
    hasVerifiedClaim: false,
  };
  const verifierOf = (requirements: IdTokenRequirements) =>
    requirements.audiences.length === 0 ? null : loadWhenNeeded(requirements, clock);
  return { google: verifierOf(google), iap: verifierOf(iap) };
}

function loadWhenNeeded(requirements: IdTokenRequirements, clock: Clock): Verify {
  let loaded: Promise<Verify> | null = null;
  return async function verify(token) {
    loaded ??= import('./verify-id-token.ts').then(({ createVerify }) => createVerify(requirements, clock));
    return (await loaded)(token);
  };
}
