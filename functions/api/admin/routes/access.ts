// The calls for access: they read and change roles and fleet tokens.

import { randomBytes } from 'node:crypto';
import { type Access, AccessRevision, noRoles, Roles } from '../../../../shared/domain/access/access.ts';
import {
  issueToken,
  readRoles,
  readTokenRequest,
  revokeToken,
} from '../../../../shared/domain/access/decide-access-change.ts';
import { type FleetToken, TokenRequest } from '../../../../shared/domain/access/fleet-token.ts';
import { fail, ok } from '../../../../shared/domain/fault.ts';
import { listReadable } from '../../../../shared/list-readable.ts';
import { numberedId, type Store } from '../../../../shared/ports.ts';
import { type AccessChangeRequest, type AccessOutcome, changeAccess } from '../../../commands/change-access.ts';
import { changeRolesOfAccess, type RolesOutcome } from '../../../commands/change-roles.ts';
import { fleetPrefix, hashToken } from '../../auth/authenticator.ts';
import type { ApiResult } from '../../problems/http-fault.ts';
import { restOf } from '../rest-of-page.ts';
import {
  AccessRevisionsReply,
  IssuedReply,
  RevokedReply,
  RolesReply,
  type TokenReply,
  TokensReply,
} from '../schemas/access.ts';
import { ChangeQuery, NoQuery, PageQuery } from '../schemas/common.ts';
import { changeOf, numberOf, type Reply, type Route, type RoutePorts, route } from './route.ts';

export function accessRoutes(ports: RoutePorts): readonly Route[] {
  const { store, clock } = ports;
  return [
    route({
      method: 'GET',
      path: '/v1/access',
      operation: 'getAccess',
      summary: 'Get the roles with their members. Send the ETag as If-Match of a change.',
      query: NoQuery,
      reply: Roles,
      handle: async () => {
        const access = await readAccess(store);
        if (!access.ok) return access;
        const { roles, number } = access.value?.revision ?? { roles: noRoles, number: 0 };
        return ok({ body: roles, revision: number });
      },
    }),
    route({
      method: 'PUT',
      path: '/v1/access',
      operation: 'putAccess',
      summary: 'Replace the roles with their members. The caller must stay an owner.',
      role: 'owner',
      changes: true,
      query: ChangeQuery,
      body: Roles,
      reply: RolesReply,
      statuses: [200, 202],
      handle: async (request) => {
        const roles = readRoles(request.body);
        if (!roles.ok) return roles;
        const { expected, caller } = request;
        const roleChange = {
          expected,
          roles: roles.value,
          email: caller.email,
          closes: null,
          approvedBy: null,
          approvalNote: null,
        };
        return rolesReply(await changeRolesOfAccess(ports, { ...changeOf(request), ...roleChange }));
      },
    }),
    route({
      method: 'GET',
      path: '/v1/access/revisions',
      operation: 'listAccessRevisions',
      summary: 'List the changes of roles and fleet tokens, newest first.',
      query: PageQuery,
      reply: AccessRevisionsReply,
      handle: async ({ query: { limit, before } }) => {
        const from = before === undefined ? {} : { after: numberedId(before) };
        const page = await listReadable(store, 'accessRevision', { limit, order: 'descending', ...from });
        if (!page.ok) return page;
        const revisions = page.value.documents.map(({ value: { roles: _, ...summary } }) => summary);
        return ok({ body: { revisions, ...restOf(page.value) } });
      },
    }),
    route({
      method: 'GET',
      path: '/v1/access/revisions/{number}',
      operation: 'getAccessRevision',
      summary: 'Get one number of access with its roles.',
      query: NoQuery,
      reply: AccessRevision,
      handle: async ({ parameters: { number: text = '' } }) => {
        const number = numberOf(text);
        const read = await store.read('accessRevision', numberedId(number));
        if (!read.ok) return read;
        return read.value === null ? fail({ code: 'access_unknown', number }) : ok({ body: read.value.value });
      },
    }),
    route({
      method: 'GET',
      path: '/v1/tokens',
      operation: 'listTokens',
      summary: 'List the fleet tokens with role, labels, expiry and the day of the last use.',
      role: 'owner',
      query: NoQuery,
      reply: TokensReply,
      handle: () => listTokens(store, clock()),
    }),
    route({
      method: 'POST',
      path: '/v1/tokens',
      operation: 'issueToken',
      summary: 'Issue a fleet token for a root agent or a CI job. The token is shown only once.',
      role: 'owner',
      query: ChangeQuery,
      body: TokenRequest,
      reply: IssuedReply,
      handle: async (request) => {
        const tokenRequest = readTokenRequest(request.body);
        if (!tokenRequest.ok) return tokenRequest;
        const { name } = tokenRequest.value;
        const token = fleetPrefix + randomBytes(32).toString('base64url');
        const decide: AccessChangeRequest['decide'] = (state) =>
          issueToken(state, tokenRequest.value, hashToken(token));
        const changed = await changeAccess(ports, { ...changeOf(request), decide });
        if (!changed.ok) return changed;
        const expiresAt = changed.value.access?.tokens.at(-1)?.expiresAt;
        return ok({ body: { name, token: request.query['dry-run'] ? '' : token, expiresAt } });
      },
    }),
    route({
      method: 'POST',
      path: '/v1/tokens/{name}/revoke',
      operation: 'revokeToken',
      summary: 'Revoke a fleet token. This instance refuses it at once, all others within 15 seconds.',
      role: 'owner',
      query: ChangeQuery,
      reply: RevokedReply,
      handle: async (request) => {
        const { name = '' } = request.parameters;
        const decide: AccessChangeRequest['decide'] = (state) => revokeToken(state, name);
        const changed = await changeAccess(ports, { ...changeOf(request), decide });
        if (!changed.ok) return changed;
        const body = accessBody(changed.value);
        const token = changed.value.access?.tokens.find((each) => each.name === name);
        return ok({ body: { ...body, name, revokedAt: token?.revokedAt }, revision: body.number });
      },
    }),
  ];
}

function accessBody({ access, changed }: AccessOutcome) {
  return { number: access?.revision.number ?? 0, changed };
}

/** 200, or 202 when the change became a proposal. */
export function rolesReply(changed: ApiResult<RolesOutcome>): ApiResult<Reply> {
  if (!changed.ok) return changed;
  const { access, ...outcome } = changed.value;
  const number = access?.revision.number ?? 0;
  const reply = { body: { number, ...outcome }, revision: number };
  return ok(outcome.proposal === null ? reply : { ...reply, status: 202 });
}

async function readAccess(store: Store): Promise<ApiResult<Access | null>> {
  const read = await store.read('access', 'current');
  return read.ok ? ok(read.value?.value ?? null) : read;
}

async function listTokens(store: Store, now: number): Promise<ApiResult<Reply>> {
  const access = await readAccess(store);
  if (!access.ok) return access;
  const tokens = access.value?.tokens ?? [];
  const uses = await Promise.all(tokens.map(({ sha256 }) => store.read('tokenUse', sha256)));
  const failed = uses.find((use) => !use.ok);
  if (failed?.ok === false) return failed;
  const replies = tokens.map((token, at) => {
    const use = uses[at];
    return describeToken(token, use?.ok === true ? (use.value?.value.day ?? null) : null, now);
  });
  return ok({ body: { tokens: replies } });
}

function describeToken({ sha256: _, ...token }: FleetToken, lastUsed: string | null, now: number): TokenReply {
  const isExpired = now >= Date.parse(token.expiresAt);
  const state = token.revokedAt !== null ? 'revoked' : isExpired ? 'expired' : 'active';
  return { ...token, state, lastUsed };
}
