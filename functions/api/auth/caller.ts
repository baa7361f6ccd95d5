// Who is asking. Nothing else decides. A credential that was seen before costs one look into a bounded map; tokens are
// compared by their hash, so that neither memory dumps of a config nor the time of a comparison give one away.

import { createHash } from 'node:crypto';
import type { Access } from '../../../shared/domain/access/access.ts';
import type { Role } from '../../../shared/domain/access/roles.ts';
import { type CredentialDefect, fail, ok, type Result } from '../../../shared/domain/fault.ts';
import type { Clock } from '../../../shared/ports.ts';
import { createRecent } from '../bounded-map.ts';
import type { AccessView, Bound } from './access-cache.ts';
import type { Presented } from './credential.ts';
import type { Issuers, Person } from './id-tokens.ts';

export interface Caller {
  /** For the history: who made a change. */
  readonly name: string;
  readonly role: Role;
  readonly email: string | null;
  readonly labels: Readonly<Record<string, string>>;
}

/** A token of the environment; only its SHA-256 (hex) is known here. */
export interface Credential extends Caller {
  readonly sha256: string;
}

export interface Callers {
  /** The caller behind a request's credential: at once where that is known, else a promise. */
  identify(presented: Presented): Result<Caller> | Promise<Result<Caller>>;
  /** Takes what this instance has just committed, so that the next call sees it. */
  adopt(access: Access): void;
}

export interface CallersPorts {
  readonly credentials: readonly Credential[];
  readonly access: AccessView;
  readonly issuers: Issuers;
  readonly clock: Clock;
  /** Told of each use of a fleet token. */
  readonly used: (sha256: string) => void;
}

/** What a credential was found to be. Whether that is still good is asked anew whenever roles or tokens change. */
type Found =
  | { readonly kind: 'own'; readonly caller: Caller }
  | { readonly kind: 'fleet'; readonly sha256: string }
  | { readonly kind: 'person'; readonly person: Person };

interface Known {
  readonly found: Found;
  /** What `answer` was made from. */
  bound: Bound | null;
  answer: Result<Caller>;
  /** From when on (milliseconds) the credential is no longer good. */
  until: number;
}

export const fleetPrefix = 'pinward_';
const mostRemembered = 10_000;

export function createCallers({ credentials, access, issuers, clock, used }: CallersPorts): Callers {
  const own = new Map(credentials.map((credential) => [credential.sha256, credential]));
  const seen = createRecent<string, Known>(mostRemembered);

  function find({ authorization, assertion }: Presented): Result<Found> | Promise<Result<Found>> {
    if (assertion !== undefined) return asPerson(issuers.iap?.(assertion));
    if (authorization === undefined) return refuse('missing');
    if (authorization.includes(',')) return fail({ code: 'credentials_ambiguous' });
    const token = /^Bearer ([A-Za-z0-9._~+/=-]{1,4096})$/i.exec(authorization)?.[1];
    if (token === undefined) return refuse('malformed');
    const sha256 = hashToken(token);
    const caller = own.get(sha256);
    if (caller !== undefined) return ok({ kind: 'own', caller });
    if (token.startsWith(fleetPrefix)) return ok({ kind: 'fleet', sha256 });
    return isSigned(token) ? asPerson(issuers.google?.(token)) : refuse('unknown');
  }

  /** The caller that was found, by the roles and tokens of now. */
  function settle(known: Known, bound: Bound | null): Result<Caller> {
    if (known.bound !== bound) {
      known.bound = bound;
      Object.assign(known, judge(known.found, bound));
    }
    if (clock() >= known.until) return refuse('expired');
    if (known.found.kind === 'fleet' && known.answer.ok) used(known.found.sha256);
    return known.answer;
  }

  function judgeNew(found: Found, bound: Bound | null, key: string): Result<Caller> {
    const known: Known = { found, bound, ...judge(found, bound) };
    const answer = settle(known, bound);
    if (answer.ok) seen.set(key, known);
    return answer;
  }

  /** Calls `then` with what is bound at present, waiting for the store only where nothing recent is known. */
  function withBound(found: Found, then: (bound: Bound | null) => Result<Caller>) {
    if (found.kind === 'own') return then(null);
    const bound = access.current();
    if (bound instanceof Promise) return bound.then((late) => (late.ok ? then(late.value) : late));
    return bound.ok ? then(bound.value) : bound;
  }

  return {
    identify(presented) {
      const { authorization, assertion } = presented;
      if (authorization !== undefined && assertion !== undefined) return fail({ code: 'credentials_ambiguous' });
      // What IAP signed must never pass for what a client sent, nor the other way round.
      const key = assertion === undefined ? (authorization ?? '') : `iap ${assertion}`;
      const known = seen.get(key);
      if (known !== undefined) return withBound(known.found, (bound) => settle(known, bound));
      const found = find(presented);
      const judged = (each: Result<Found>) =>
        each.ok ? withBound(each.value, (bound) => judgeNew(each.value, bound, key)) : each;
      return found instanceof Promise ? found.then(judged) : judged(found);
    },
    adopt: (changed) => access.adopt(changed),
  };
}

function judge(found: Found, bound: Bound | null): { answer: Result<Caller>; until: number } {
  switch (found.kind) {
    case 'own':
      return { answer: ok(found.caller), until: Number.POSITIVE_INFINITY };
    case 'fleet': {
      const token = bound?.tokens.get(found.sha256);
      if (token === undefined) return { answer: refuse('unknown'), until: Number.POSITIVE_INFINITY };
      const { name, role, labels } = token;
      const caller = ok({ name: `token:${name}`, role, email: null, labels });
      return { answer: token.revokedAt === null ? caller : refuse('revoked'), until: Date.parse(token.expiresAt) };
    }
    case 'person': {
      const { email, expiresAt } = found.person;
      const role = bound?.roleOf(email) ?? null;
      const answer = role === null ? fail({ code: 'unbound', email }) : ok({ name: email, role, email, labels: {} });
      return { answer, until: expiresAt };
    }
  }
}

async function asPerson(verified: Promise<Result<Person>> | undefined): Promise<Result<Found>> {
  if (verified === undefined) return refuse('unknown');
  const person = await verified;
  return person.ok ? ok({ kind: 'person', person: person.value }) : person;
}

function refuse(defect: CredentialDefect): Result<never> {
  return fail({ code: 'unauthenticated', defect });
}

/** Whether it has the form of a signed token (RFC 7519): three parts of base64url. */
function isSigned(token: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]*$/.test(token);
}

export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
