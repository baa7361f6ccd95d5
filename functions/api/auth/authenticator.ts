// Who is asking. Nothing else decides. A credential that was seen before costs one look into a bounded map; tokens are
// compared by their hash, so that neither memory dumps of a config nor the time of a comparison give one away.

import { createHash } from 'node:crypto';
import type { Access } from '../../../shared/domain/access/access.ts';
import { ok } from '../../../shared/domain/fault.ts';
import type { Clock } from '../../../shared/ports.ts';
import { createBoundedMap } from '../caching/bounded-map.ts';
import { type ApiResult, type CredentialDefect, failHttp } from '../problems/http-fault.ts';
import type { AccessCache, AccessIndex } from './access-cache.ts';
import type { Caller } from './caller.ts';
import type { Credential } from './credential.ts';
import type { Identity } from './id-token.ts';
import type { Issuers } from './issuers.ts';

/** A token of the environment; only its SHA-256 (hex) is known here. */
export interface EnvironmentToken extends Caller {
  readonly sha256: string;
}

export interface Authenticator {
  /** The caller behind a request's credential: at once where that is known, else a promise. */
  identify(credential: Credential): ApiResult<Caller> | Promise<ApiResult<Caller>>;
  /** Takes what this instance has just committed, so that the next call sees it. */
  setAccess(access: Access): void;
}

interface AuthenticatorPorts {
  readonly environmentTokens: readonly EnvironmentToken[];
  readonly access: AccessCache;
  readonly issuers: Issuers;
  readonly clock: Clock;
  /** Told of each use of a fleet token. */
  readonly used: (sha256: string) => void;
}

/** What a credential was found to be. Whether that is still good is asked anew whenever roles or tokens change. */
type VerifiedCredential =
  | { readonly kind: 'own'; readonly caller: Caller }
  | { readonly kind: 'fleet'; readonly sha256: string }
  | { readonly kind: 'person'; readonly person: Identity };

interface CachedCredential {
  readonly found: VerifiedCredential;
  /** What `answer` was made from. */
  accessIndex: AccessIndex | null;
  answer: ApiResult<Caller>;
  /** From when on (milliseconds) the credential is no longer good. */
  until: number;
}

export const fleetPrefix = 'pinward_';
const maxEntries = 10_000;

export function createAuthenticator({
  environmentTokens,
  access,
  issuers,
  clock,
  used,
}: AuthenticatorPorts): Authenticator {
  const own = new Map(environmentTokens.map((credential) => [credential.sha256, credential]));
  const seen = createBoundedMap<string, CachedCredential>(maxEntries);

  function find({
    authorization,
    assertion,
  }: Credential): ApiResult<VerifiedCredential> | Promise<ApiResult<VerifiedCredential>> {
    if (assertion !== undefined) return asPerson(issuers.iap?.(assertion));
    if (authorization === undefined) return refuse('missing');
    if (authorization.includes(',')) return failHttp({ code: 'credentials_ambiguous' });
    const token = /^Bearer ([A-Za-z0-9._~+/=-]{1,4096})$/i.exec(authorization)?.[1];
    if (token === undefined) return refuse('malformed');
    const sha256 = hashToken(token);
    const caller = own.get(sha256);
    if (caller !== undefined) return ok({ kind: 'own', caller });
    if (token.startsWith(fleetPrefix)) return ok({ kind: 'fleet', sha256 });
    return isSigned(token) ? asPerson(issuers.google?.(token)) : refuse('unknown');
  }

  /** The caller that was found, by the roles and tokens of now. */
  function settle(known: CachedCredential, accessIndex: AccessIndex | null): ApiResult<Caller> {
    if (known.accessIndex !== accessIndex) {
      known.accessIndex = accessIndex;
      Object.assign(known, judge(known.found, accessIndex));
    }
    if (clock() >= known.until) return refuse('expired');
    if (known.found.kind === 'fleet' && known.answer.ok) used(known.found.sha256);
    return known.answer;
  }

  function judgeNew(found: VerifiedCredential, accessIndex: AccessIndex | null, key: string): ApiResult<Caller> {
    const known: CachedCredential = { found, accessIndex, ...judge(found, accessIndex) };
    const answer = settle(known, accessIndex);
    if (answer.ok) seen.set(key, known);
    return answer;
  }

  /** Calls `then` with what is bound at present, waiting for the store only where nothing recent is known. */
  function withAccess(found: VerifiedCredential, then: (accessIndex: AccessIndex | null) => ApiResult<Caller>) {
    if (found.kind === 'own') return then(null);
    const accessIndex = access.current();
    if (accessIndex instanceof Promise) return accessIndex.then((late) => (late.ok ? then(late.value) : late));
    return accessIndex.ok ? then(accessIndex.value) : accessIndex;
  }

  return {
    identify(credential) {
      const { authorization, assertion } = credential;
      if (authorization !== undefined && assertion !== undefined) return failHttp({ code: 'credentials_ambiguous' });
      // What IAP signed must never pass for what a client sent, nor the other way round.
      const key = assertion === undefined ? (authorization ?? '') : `iap ${assertion}`;
      const known = seen.get(key);
      if (known !== undefined) return withAccess(known.found, (accessIndex) => settle(known, accessIndex));
      const found = find(credential);
      const judged = (each: ApiResult<VerifiedCredential>) =>
        each.ok ? withAccess(each.value, (accessIndex) => judgeNew(each.value, accessIndex, key)) : each;
      return found instanceof Promise ? found.then(judged) : judged(found);
    },
    setAccess: (changed) => access.set(changed),
  };
}

function judge(
  found: VerifiedCredential,
  accessIndex: AccessIndex | null,
): { answer: ApiResult<Caller>; until: number } {
  switch (found.kind) {
    case 'own':
      return { answer: ok(found.caller), until: Number.POSITIVE_INFINITY };
    case 'fleet': {
      const token = accessIndex?.tokens.get(found.sha256);
      if (token === undefined) return { answer: refuse('unknown'), until: Number.POSITIVE_INFINITY };
      const { name, role, labels } = token;
      const caller = ok({ name: `token:${name}`, role, email: null, labels });
      return { answer: token.revokedAt === null ? caller : refuse('revoked'), until: Date.parse(token.expiresAt) };
    }
    case 'person': {
      const { email, expiresAt } = found.person;
      const role = accessIndex?.roleOf(email) ?? null;
      const answer =
        role === null ? failHttp({ code: 'unbound', email }) : ok({ name: email, role, email, labels: {} });
      return { answer, until: expiresAt };
    }
  }
}

async function asPerson(verified: Promise<ApiResult<Identity>> | undefined): Promise<ApiResult<VerifiedCredential>> {
  if (verified === undefined) return refuse('unknown');
  const person = await verified;
  return person.ok ? ok({ kind: 'person', person: person.value }) : person;
}

function refuse(defect: CredentialDefect): ApiResult<never> {
  return failHttp({ code: 'unauthenticated', defect });
}

/** Whether it has the form of a signed token (RFC 7519): three parts of base64url. */
function isSigned(token: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]*$/.test(token);
}

export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
