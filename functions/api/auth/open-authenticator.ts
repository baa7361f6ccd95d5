// Makes the authenticator from environment variables. Settings that would let nobody in are an error at start.

import type { Clock, Store } from '../../../shared/ports.ts';
import { type Environment, parseList } from '../../environment.ts';
import type { Log } from '../../log.ts';
import { createAccessCache } from './access-cache.ts';
import { createAdminTokenUse } from './admin-token-use.ts';
import {
  type Authenticator,
  createAuthenticator,
  type EnvironmentToken,
  hashToken,
  isBearerToken,
} from './authenticator.ts';
import { createIssuers, gcloudAudience, googleKeys, type KeyAddresses } from './issuers.ts';
import { createTokenUsage } from './token-usage.ts';

interface AuthenticatorSettings {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** The URLs of the issuers' keys; Google's when absent. */
  readonly keys?: KeyAddresses | undefined;
}

/** Throws an `Error` that says what is wrong with the settings. */
export function openAuthenticator(
  environment: Environment,
  { store, clock, log, keys }: AuthenticatorSettings,
): Authenticator {
  const audiences = parseList(environment.PINWARD_AUDIENCES);
  const iapAudience = environment.PINWARD_IAP_AUDIENCE || null;
  const hasToken = Boolean(environment.PINWARD_ADMIN_TOKEN?.trim() || environment.PINWARD_MACHINE_TOKEN?.trim());
  if (!hasToken && audiences.length === 0 && iapAudience === null) {
    throw new Error('nobody could call: set PINWARD_AUDIENCES, PINWARD_IAP_AUDIENCE or PINWARD_ADMIN_TOKEN');
  }
  const admin = environmentTokenOf(environment, 'PINWARD_ADMIN_TOKEN', { name: 'admin', role: 'owner' });
  const machine = environmentTokenOf(environment, 'PINWARD_MACHINE_TOKEN', { name: 'machine', role: 'machine' });
  if (audiences.includes(gcloudAudience)) {
    log.warn('tokens of gcloud are accepted', { risk: 'whoever gets such a token can call as its holder for an hour' });
  }
  const hostedDomains = parseList(environment.PINWARD_HOSTED_DOMAINS);
  const firstOwners = parseList(environment.PINWARD_OWNERS).map((email) => email.toLowerCase());
  return createAuthenticator({
    environmentTokens: [admin, machine].filter((token) => token !== null),
    firstOwners,
    access: createAccessCache(store, clock, firstOwners),
    issuers: createIssuers({ audiences, hostedDomains, iapAudience, keys: keys ?? googleKeys }, clock),
    clock,
    onTokenUse: createTokenUsage(store, clock).note,
    adminTokenUse: admin === null ? null : createAdminTokenUse(store, clock, log, admin.sha256),
  });
}

/** Null when the variable is absent. An empty one is an error: its file or secret has lost its value, and nobody would notice. */
function environmentTokenOf(
  environment: Environment,
  variable: 'PINWARD_ADMIN_TOKEN' | 'PINWARD_MACHINE_TOKEN',
  { name, role }: Pick<EnvironmentToken, 'name' | 'role'>,
): EnvironmentToken | null {
  const token = environment[variable];
  if (token === undefined) return null;
  if (token.trim() === '') throw new Error(`${variable} is empty: give it a token, or remove the variable`);
  if (!isBearerToken(token)) {
    throw new Error(`${variable} has a space, a line break or another character that no Authorization header takes`);
  }
  if (token.length < 32) throw new Error(`${variable} is too short: use 32 or more random characters`);
  return { name, role, isPerson: false, email: null, labels: {}, sha256: hashToken(token) };
}
