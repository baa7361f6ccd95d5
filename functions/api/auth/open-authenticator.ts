// Makes the authenticator from environment variables. Settings that would let nobody in are an error at start.

import type { Clock, Store } from '../../../shared/ports.ts';
import { type Environment, parseList } from '../../environment.ts';
import { createAccessCache } from './access-cache.ts';
import { type Authenticator, createAuthenticator, type EnvironmentToken, hashToken } from './authenticator.ts';
import { createIssuers, googleKeys, type KeyAddresses } from './issuers.ts';
import { createTokenUsage } from './token-usage.ts';

interface AuthenticatorSettings {
  readonly store: Store;
  readonly clock: Clock;
  /** The URLs of the issuers' keys; Google's when absent. */
  readonly keys?: KeyAddresses | undefined;
}

/** Throws an `Error` that says what is wrong with the settings. */
export function openAuthenticator(
  environment: Environment,
  { store, clock, keys }: AuthenticatorSettings,
): Authenticator {
  const { PINWARD_ADMIN_TOKEN: admin, PINWARD_MACHINE_TOKEN: machine } = environment;
  const environmentTokens = [
    ...environmentTokenOf('admin', 'owner', admin),
    ...environmentTokenOf('machine', 'machine', machine),
  ];
  const audiences = parseList(environment.PINWARD_AUDIENCES);
  const iapAudience = environment.PINWARD_IAP_AUDIENCE || null;
  if (environmentTokens.length === 0 && audiences.length === 0 && iapAudience === null) {
    throw new Error('nobody could call: set PINWARD_AUDIENCES, PINWARD_IAP_AUDIENCE or PINWARD_ADMIN_TOKEN');
  }
  const hostedDomains = parseList(environment.PINWARD_HOSTED_DOMAINS);
  const firstOwners = parseList(environment.PINWARD_OWNERS).map((email) => email.toLowerCase());
  return createAuthenticator({
    environmentTokens,
    firstOwners,
    access: createAccessCache(store, clock, firstOwners),
    issuers: createIssuers({ audiences, hostedDomains, iapAudience, keys: keys ?? googleKeys }, clock),
    clock,
    onTokenUse: createTokenUsage(store, clock),
  });
}

function environmentTokenOf(
  name: string,
  role: EnvironmentToken['role'],
  token: string | undefined,
): readonly EnvironmentToken[] {
  if (token === undefined || token === '') return [];
  if (token.length < 32) throw new Error(`the ${name} token is too short: use 32 or more random characters`);
  return [{ name, role, isPerson: false, email: null, labels: {}, sha256: hashToken(token) }];
}
