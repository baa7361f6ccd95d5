// Deciding a change of access: what a wanted change makes of the current roles and fleet tokens, or the fault that stops it.

import { isDeepStrictEqual } from 'node:util';
import { type Fault, type Finding, fail, ok, type Result } from '../fault.ts';
import { readDraft } from '../policy/read-draft.ts';
import { type Access, noRoles, Roles } from './access.ts';
import { isPurgeable, maxTokens, TokenRequest, tokenOf } from './fleet-token.ts';
import { roleOf } from './roles.ts';

/** What every change starts from. */
export interface AccessChange {
  readonly current: Access | null;
  readonly by: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly note: string | null;
}

interface RolesChange extends AccessChange {
  readonly expected: number | 'any';
  readonly roles: Roles;
  /** The address of whoever changes the roles; null for one whose role comes from the environment. */
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
 * Null when the roles read so already. Faults: `access_conflict` when somebody else changed them since they were read,
 * `last_owner` when nobody would be left to change them, or not the one who does: whoever locks out themselves did not mean to.
 */
export function changeRoles({ current, expected, roles, email, ...rest }: RolesChange): Result<Access | null> {
  if (current !== null && isDeepStrictEqual(current.revision.roles, roles)) return ok(null);
  const currentNumber = current?.revision.number ?? 0;
  if (expected !== 'any' && expected !== currentNumber) {
    return fail({ code: 'access_conflict', expected, current: currentNumber });
  }
  if (roles.owner.length === 0) return fail({ code: 'last_owner', leaves: null });
  if (email !== null && roleOf(email, roles, []) !== 'owner') return fail({ code: 'last_owner', leaves: email });
  return ok(following({ current, ...rest }, { roles }));
}

/** Faults: `token_name_taken`; `access_invalid` when there are too many. */
export function issueToken(change: AccessChange, request: TokenRequest, sha256: string): Result<Access> {
  const { current, by, now } = change;
  const kept = (current?.tokens ?? []).filter((token) => !isPurgeable(token, now));
  if (kept.some(({ name }) => name === request.name)) return fail({ code: 'token_name_taken', name: request.name });
  if (kept.length >= maxTokens) return fail({ code: 'access_invalid', findings: [tooMany] });
  return ok(following(change, { tokens: [...kept, tokenOf(request, sha256, by, now)], issued: request.name }));
}

/** Null when it is revoked already. Faults: `token_unknown`. */
export function revokeToken(change: AccessChange, name: string): Result<Access | null> {
  const tokens = change.current?.tokens ?? [];
  const token = tokens.find((each) => each.name === name);
  if (token === undefined) return fail({ code: 'token_unknown', name });
  if (token.revokedAt !== null) return ok(null);
  const revoked = { ...token, revokedAt: new Date(change.now).toISOString() };
  return ok(following(change, { tokens: tokens.map((each) => (each === token ? revoked : each)), revoked: name }));
}

/** Members by role that `to` has and `from` lacks. */
export function membersAdded(from: Roles | null, to: Roles): readonly string[] {
  const before = new Set(from === null ? [] : entriesOf(from));
  return entriesOf(to).filter((entry) => !before.has(entry));
}

function entriesOf(roles: Roles): readonly string[] {
  return Object.entries(roles).flatMap(([role, members]) => members.map((member) => `${role} ${member}`));
}

function following(
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

const tooMany: Finding = {
  severity: 'error',
  code: 'tokens_many',
  path: '/name',
  message: `there are ${maxTokens} fleet tokens already`,
  fix: 'Revoke some; a revoked one makes room after 30 days. Machines with the same labels can share one.',
};

/** What reads drafts speaks of policies. */
function asAccess<T>(read: Result<T>): Result<T> {
  if (read.ok || read.fault.code !== 'policy_invalid') return read;
  const fault: Fault = { code: 'access_invalid', findings: read.fault.findings };
  return fail(fault);
}
