// Who is asking. Nothing else decides. Tokens are compared by their hash, so that neither memory dumps of a config nor
// the time of a comparison give one away; a header seen before costs one look into a bounded map.

import { createHash } from 'node:crypto';

/** From the least to the most that a caller may do; each may do what those before it may. */
export const roles = ['machine', 'reader', 'editor', 'approver', 'owner'] as const;
export type Role = (typeof roles)[number];

export interface Caller {
  /** For the history: who made a change. */
  readonly name: string;
  readonly role: Role;
  readonly email: string | null;
  readonly labels: Readonly<Record<string, string>>;
}

/** A token that Pinward accepts; only its SHA-256 (hex) is known here. */
export interface Credential extends Caller {
  readonly sha256: string;
}

export interface Callers {
  /** The caller behind an Authorization header, or null for nobody we know. */
  identify(authorization: string | undefined): Caller | null;
}

export function isAtLeast(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed);
}

const mostRemembered = 10_000;

export function createCallers(credentials: readonly Credential[]): Callers {
  const byHash = new Map(credentials.map((credential) => [credential.sha256, credential]));
  const seen = new Map<string, Caller>();
  return {
    identify(authorization) {
      if (authorization === undefined) return null;
      const known = seen.get(authorization);
      if (known !== undefined) return known;
      const token = /^Bearer ([A-Za-z0-9._~+/=-]{1,4096})$/i.exec(authorization)?.[1];
      const caller = token === undefined ? undefined : byHash.get(hashToken(token));
      if (caller === undefined) return null;
      if (seen.size >= mostRemembered) seen.clear();
      seen.set(authorization, caller);
      return caller;
    },
  };
}

export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
