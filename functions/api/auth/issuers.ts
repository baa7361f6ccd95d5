// People and service accounts with a token that Google signed: their ID token, or what Identity-Aware Proxy says of a
// browser. What verifies them is loaded with the first one, so that an instance that starts for a poll never pays for it.

import type { Clock } from '../../../shared/ports.ts';
import type { IdTokenRequirements, Verify } from './id-token.ts';

/** Null where such tokens are not taken. */
export interface Issuers {
  readonly google: Verify | null;
  readonly iap: Verify | null;
}

export interface KeyAddresses {
  readonly google: string;
  readonly iap: string;
}

/** Source: Google's OpenID discovery document (`jwks_uri`), and "Securing your app with signed headers". */
export const googleKeys: KeyAddresses = {
  google: 'https://www.googleapis.com/oauth2/v3/certs',
  iap: 'https://www.gstatic.com/iap/verify/public_key-jwk',
};

interface IssuerSettings {
  /** None: Google's ID tokens are not taken. */
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
    statesVerified: true,
  };
  const iap: IdTokenRequirements = {
    issuers: ['https://cloud.google.com/iap'],
    audiences: iapAudience === null ? [] : [iapAudience],
    algorithm: 'ES256',
    keys: keys.iap,
    hostedDomains,
    statesVerified: false,
  };
  const open = (requirements: IdTokenRequirements) =>
    requirements.audiences.length === 0 ? null : verifyLater(requirements, clock);
  return { google: open(google), iap: open(iap) };
}

function verifyLater(requirements: IdTokenRequirements, clock: Clock): Verify {
  let loaded: Promise<Verify> | null = null;
  return async function verify(token) {
    loaded ??= import('./verify-id-token.ts').then(({ createVerify }) => createVerify(requirements, clock));
    return (await loaded)(token);
  };
}
