// The authenticator: identifies the caller of a request by its credential. A credential that was verified before costs
// one look-up. Tokens of fleet and environment are compared as SHA-256, so the time of a comparison reveals nothing.

import { createHash } from 'node:crypto';
import type { Access } from '../../../shared/domain/access/access.ts';
import { isServiceAccount } from '../../../shared/domain/access/roles.ts';
import { ok } from '../../../shared/domain/fault.ts';
import type { Clock } from '../../../shared/ports.ts';
import { createBoundedMap } from '../caching/bounded-map.ts';
import { type ApiResult, type CredentialDefect, failHttp } from '../problems/http-fault.ts';
import type { AccessCache, AccessIndex } from './access-cache.ts';
import type { AdminTokenUse } from './admin-token-use.ts';
import type { Caller } from './caller.ts';
import type { Credential } from './credential.ts';
import type { Identity } from './id-token.ts';
import type { Issuers } from './issuers.ts';

/** A token from an environment variable, as its SHA-256 (hex). */
export interface EnvironmentToken extends Caller {
  readonly sha256: string;
}

export interface Authenticator {
  /** Owners from the environment, while no role has an owner. */
  readonly firstOwners: readonly string[];
  /**
   * The caller behind a credential: at once when it is cached, else a promise. Faults: `unauthenticated`,
   * `credentials_ambiguous`, `unbound`, `issuer_unavailable`, and those of the store.
   */
  identify(credential: Credential): ApiResult<Caller> | Promise<ApiResult<Caller>>;
  /** Sets what this instance has just committed, for its next call. */
  setAccess(access: Access): void;
  /** The day of the last use of PINWARD_ADMIN_TOKEN; null when none is known. It waits two seconds at most. */
  adminTokenLastDay(): Promise<string | null>;
}

interface AuthenticatorPorts {
  readonly firstOwners: readonly string[];
  readonly environmentTokens: readonly EnvironmentToken[];
  readonly access: AccessCache;
  readonly issuers: Issuers;
  readonly clock: Clock;
  /** Called at each use of a fleet token. */
  readonly onTokenUse: (sha256: string) => void;
  /** Null when the environment has no admin token. */
  readonly adminTokenUse: AdminTokenUse | null;
}

/** A credential that was verified. Its caller is resolved again whenever roles or tokens change. */
type VerifiedCredential =
  | { readonly kind: 'environment'; readonly caller: Caller }
  | { readonly kind: 'fleet'; readonly sha256: string }
  | { readonly kind: 'person'; readonly person: Identity };

interface CachedCredential {
  readonly verified: VerifiedCredential;
  /** What `caller` was resolved with. */
  accessIndex: AccessIndex | null;
  caller: ApiResult<Caller>;
  /** When the credential expires (milliseconds). */
  until: number;
}

export const fleetPrefix = 'pinward_';
const maxEntries = 10_000;

export function createAuthenticator({
  environmentTokens,
  firstOwners,
  access,
  issuers,
  clock,
  onTokenUse,
  adminTokenUse,
}: AuthenticatorPorts): Authenticator {
  const callersByHash = new Map(environmentTokens.map((token) => [token.sha256, token]));
  const cache = createBoundedMap<string, CachedCredential>(maxEntries);

  function verify({
    authorization,
    assertion,
  }: Credential): ApiResult<VerifiedCredential> | Promise<ApiResult<VerifiedCredential>> {
    if (assertion !== undefined) return asPerson(issuers.iap?.(assertion));
    if (authorization === undefined) return refuse('missing');
    if (authorization.includes(',')) return failHttp({ code: 'credentials_ambiguous' });
    const token = /^Bearer (.*)$/i.exec(authorization)?.[1];
    if (token === undefined || !isBearerToken(token)) return refuse('malformed');
    const sha256 = hashToken(token);
    const caller = callersByHash.get(sha256);
    if (caller !== undefined) return ok({ kind: 'environment', caller });
    if (token.startsWith(fleetPrefix)) return ok({ kind: 'fleet', sha256 });
    return isSigned(token) ? asPerson(issuers.google?.(token)) : refuse('unknown');
  }

  /** The caller by the current roles and tokens. */
  function callerOf(cached: CachedCredential, accessIndex: AccessIndex | null): ApiResult<Caller> {
    if (cached.accessIndex !== accessIndex) {
      cached.accessIndex = accessIndex;
      Object.assign(cached, resolveCaller(cached.verified, accessIndex));
    }
    if (clock() >= cached.until) return refuse('expired');
    if (cached.verified.kind === 'fleet' && cached.caller.ok) onTokenUse(cached.verified.sha256);
    if (cached.verified.kind === 'environment' && cached.verified.caller.role === 'owner') adminTokenUse?.note();
    return cached.caller;
  }

  function cacheCaller(verified: VerifiedCredential, accessIndex: AccessIndex | null, key: string): ApiResult<Caller> {
    const cached: CachedCredential = { verified, accessIndex, ...resolveCaller(verified, accessIndex) };
    const caller = callerOf(cached, accessIndex);
    if (caller.ok) cache.set(key, cached);
    return caller;
  }

  /** Calls `then` with the current roles and tokens. It waits for the store only when the cached ones are too old. */
  function withAccess(verified: VerifiedCredential, then: (accessIndex: AccessIndex | null) => ApiResult<Caller>) {
    if (verified.kind === 'environment') return then(null);
    const current = access.current();
    if (current instanceof Promise) return current.then((settled) => (settled.ok ? then(settled.value) : settled));
    return current.ok ? then(current.value) : current;
  }

  return {
    firstOwners,
    identify(credential) {
      const { authorization, assertion } = credential;
      if (authorization !== undefined && assertion !== undefined) return failHttp({ code: 'credentials_ambiguous' });
      // An assertion of IAP must never be taken for an Authorization header, nor the other way round.
      const key = assertion === undefined ? (authorization ?? '') : `iap ${assertion}`;
      const cached = cache.get(key);
      if (cached !== undefined) return withAccess(cached.verified, (accessIndex) => callerOf(cached, accessIndex));
      const verified = verify(credential);
      const toCaller = (each: ApiResult<VerifiedCredential>) =>
        each.ok ? withAccess(each.value, (accessIndex) => cacheCaller(each.value, accessIndex, key)) : each;
      return verified instanceof Promise ? verified.then(toCaller) : toCaller(verified);
    },
    setAccess: (changed) => access.set(changed),
    adminTokenLastDay: async () => (await adminTokenUse?.lastDay()) ?? null,
  };
}

function resolveCaller(
  verified: VerifiedCredential,
  accessIndex: AccessIndex | null,
): { caller: ApiResult<Caller>; until: number } {
  switch (verified.kind) {
    case 'environment':
      return { caller: ok(verified.caller), until: Number.POSITIVE_INFINITY };
    case 'fleet': {
      const token = accessIndex?.tokens.get(verified.sha256);
      if (token === undefined) return { caller: refuse('fleet_token_unknown'), until: Number.POSITIVE_INFINITY };
      const { name, role, labels } = token;
      const caller = ok({ name: `token:${name}`, role, isPerson: false, email: null, labels });
      return { caller: token.revokedAt === null ? caller : refuse('revoked'), until: Date.parse(token.expiresAt) };
    }
    case 'person': {
      const { email, expiresAt } = verified.person;
      const role = accessIndex?.roleOf(email) ?? null;
      const caller =
        role === null
          ? failHttp({ code: 'unbound', email })
          : ok({ name: email, role, isPerson: !isServiceAccount(email), email, labels: {} });
      return { caller, until: expiresAt };
    }
  }
}

async function asPerson(identity: Promise<ApiResult<Identity>> | undefined): Promise<ApiResult<VerifiedCredential>> {
  if (identity === undefined) return refuse('unknown');
  const person = await identity;
  return person.ok ? ok({ kind: 'person', person: person.value }) : person;
}

function refuse(defect: CredentialDefect): ApiResult<never> {
  return failHttp({ code: 'unauthenticated', defect });
}

/** Whether a token has the form of a signed JWT (RFC 7519): three parts of base64url. */
function isSigned(token: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]*$/.test(token);
}

/** Whether a header can carry the token. Source: https://www.rfc-editor.org/rfc/rfc6750#section-2.1 */
export function isBearerToken(token: string): boolean {
  return /^[A-Za-z0-9._~+/=-]{1,4096}$/.test(token);
}

/** SHA-256, in hex. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
