// A change of access: a pure function from the current access and a request to the next access, or to the fault that
// stops it.

import { isDeepStrictEqual } from 'node:util';
import { type Fault, type Finding, fail, ok, type Result } from '../fault.ts';
import { readDraft } from '../policy/read-draft.ts';
import { type Access, noRoles, Roles } from './access.ts';
import { isPurgeable, maxTokens, TokenRequest, tokenOf } from './fleet-token.ts';
import { roleOf } from './roles.ts';

/** The input of every change. */
export interface AccessChange {
  readonly current: Access | null;
  readonly by: string;
  /** In milliseconds since 1970. */
  readonly now: number;
  readonly note: string | null;
}

interface RolesChange extends AccessChange {
  /** The number of the access revision that the author read. */
  readonly expected: number | 'any';
  readonly roles: Roles;
  /** The author's mail address; null when their role comes from the environment. */
  readonly email: string | null;
}

/** Faults: `access_invalid`. */
export function readRoles(draft: unknown): Result<Roles> {
  return asAccess(readDraft(Roles, draft));
}

/** Faults: `access_invalid`. */
export function readTokenRequest(draft: unknown): Result<TokenRequest> {
  return asAccess(readDraft(TokenRequest, draft));
}

/**
 * Null when the roles are equal already. Faults: `access_conflict` when somebody else changed access since the author
 * read it; `last_owner` when no owner would remain, or when the author would lose the role of owner, which is surely a
 * mistake.
 */
export function changeRoles({ current, expected, roles, email, ...rest }: RolesChange): Result<Access | null> {
  if (current !== null && isDeepStrictEqual(current.revision.roles, roles)) return ok(null);
  const currentNumber = current?.revision.number ?? 0;
  if (expected !== 'any' && expected !== currentNumber) {
    return fail({ code: 'access_conflict', expected, current: currentNumber });
  }
  if (roles.owner.length === 0) return fail({ code: 'last_owner', leaves: null });
  if (email !== null && roleOf(email, roles, []) !== 'owner') return fail({ code: 'last_owner', leaves: email });
  return ok(nextAccess({ current, ...rest }, { roles }));
}

/** `sha256` is the new token's hash. Faults: `token_name_taken`; `access_invalid` when there are too many tokens. */
export function issueToken(change: AccessChange, request: TokenRequest, sha256: string): Result<Access> {
  const { current, by, now } = change;
  const kept = (current?.tokens ?? []).filter((token) => !isPurgeable(token, now));
  if (kept.some(({ name }) => name === request.name)) return fail({ code: 'token_name_taken', name: request.name });
  if (kept.length >= maxTokens) return fail({ code: 'access_invalid', findings: [tooManyTokens] });
  return ok(nextAccess(change, { tokens: [...kept, tokenOf(request, sha256, by, now)], issued: request.name }));
}

/** Null when the token is revoked already. Faults: `token_unknown`. */
export function revokeToken(change: AccessChange, name: string): Result<Access | null> {
  const tokens = change.current?.tokens ?? [];
  const token = tokens.find((each) => each.name === name);
  if (token === undefined) return fail({ code: 'token_unknown', name });
  if (token.revokedAt !== null) return ok(null);
  const revoked = { ...token, revokedAt: new Date(change.now).toISOString() };
  return ok(nextAccess(change, { tokens: tokens.map((each) => (each === token ? revoked : each)), revoked: name }));
}

/** Role and member, such as `owner email:ada@example.com`, of those that `to` has and `from` lacks. */
export function membersAdded(from: Roles | null, to: Roles): readonly string[] {
  const before = new Set(from === null ? [] : rolesAndMembers(from));
  return rolesAndMembers(to).filter((each) => !before.has(each));
}

function rolesAndMembers(roles: Roles): readonly string[] {
  return Object.entries(roles).flatMap(([role, members]) => members.map((member) => `${role} ${member}`));
}

function nextAccess(
  { current, by, now, note }: AccessChange,
  {
    roles = current?.revision.roles ?? noRoles,
    tokens = current?.tokens ?? [],
    issued = null,
    revoked = null,
  }: { roles?: Roles; tokens?: Access['tokens']; issued?: string | null; revoked?: string | null },
): Access {
  const number = (current?.revision.number ?? 0) + 1;
  return { revision: { number, roles, by, at: new Date(now).toISOString(), note, issued, revoked }, tokens };
}

const tooManyTokens: Finding = {
  severity: 'error',
  code: 'tokens_many',
  path: '/name',
  message: `there are ${maxTokens} fleet tokens already`,
  fix: 'Revoke some; a revoked token stops counting after 30 days. Machines with the same labels can share one.',
};

/** `readDraft` returns faults of policies; this makes them faults of access. */
function asAccess<T>(read: Result<T>): Result<T> {
  if (read.ok || read.fault.code !== 'policy_invalid') return read;
  const fault: Fault = { code: 'access_invalid', findings: read.fault.findings };
  return fail(fault);
}
