// The calls that read and change the policy, and the parts that all changes of it share.

import type { z } from 'zod';
import { movePin, readPolicy } from '../../../../shared/domain/changes/next-revision.ts';
import { fail, ok, type Result } from '../../../../shared/domain/fault.ts';
import { Pin } from '../../../../shared/domain/policy/pin.ts';
import { Policy } from '../../../../shared/domain/policy/policy.ts';
import type { Revision } from '../../../../shared/domain/serving/revision.ts';
import type { ChangePolicy } from '../../../commands/policy/change-policy.ts';
import type { ChangeResult, Draft } from '../../../commands/policy/policy-change.ts';
import { requestProbe } from '../../../probe/request-probe.ts';
import type { ApiResult } from '../../problems/http-fault.ts';
import { ChangeReply, NoQuery, PolicyChangeQuery, type PublishQuery } from '../schemas/common.ts';
import {
  changeOf,
  type Reply,
  type Route,
  type RoutePorts,
  type RouteRequest,
  readCurrentRevision,
  route,
} from './route.ts';

export function policyRoutes(ports: RoutePorts, changePolicy: ChangePolicy): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/policy',
      operation: 'getPolicy',
      summary: 'Get the current policy. Send the ETag as If-Match of a change.',
      query: NoQuery,
      reply: Policy,
      handle: async () => {
        const revision = await readCurrentRevision(ports.store);
        return revision.ok ? ok({ body: revision.value.policy, revision: revision.value.number }) : revision;
      },
    }),
    route({
      method: 'PUT',
      path: '/v1/policy',
      operation: 'putPolicy',
      summary: 'Replace the whole policy.',
      changes: true,
      query: PolicyChangeQuery,
      body: Policy,
      reply: ChangeReply,
      statuses: [200, 202],
      handle: (request) => changeOrProbe(ports, changePolicy, request, () => readPolicy(request.body)),
    }),
    route({
      method: 'PUT',
      path: '/v1/rings/{ring}/pins/{family}',
      operation: 'putPin',
      summary: 'Set the pin of one model family in one ring.',
      changes: true,
      query: PolicyChangeQuery,
      body: Pin,
      reply: ChangeReply,
      statuses: [200, 202],
      handle: (request) => {
        const { ring = '', family = '' } = request.parameters;
        return changeOrProbe(ports, changePolicy, request, (current) =>
          current === null ? fail({ code: 'no_policy' }) : movePin(current.policy, ring, family, request.body),
        );
      },
    }),
  ];
}

/** The part of a change that its request decides. The caller adds the draft. */
export function changeRequest(request: RouteRequest<z.infer<typeof PublishQuery>>) {
  const { caller, expected, query } = request;
  return {
    ...changeOf(request),
    isOwner: caller.role === 'owner',
    expected,
    restores: null,
    force: query.force ?? null,
    atOnce: query['at-once'] ?? null,
    approvedBy: null,
    approvalNote: null,
  };
}

/** 200, or 202 when the change became a proposal and nothing took effect. */
export function changeReply(changed: ApiResult<ChangeResult>): ApiResult<Reply> {
  if (!changed.ok) return changed;
  const reply = { body: changed.value, revision: changed.value.revision };
  const isWaiting = changed.value.proposal !== null && !changed.value.changed;
  return ok(isWaiting ? { ...reply, status: 202 } : reply);
}

/** Changes the policy. If that is refused and the caller sent `?probe`, the next run of the probe asks why. */
async function changeOrProbe(
  { store, clock }: RoutePorts,
  changePolicy: ChangePolicy,
  request: RouteRequest<z.infer<typeof PolicyChangeQuery>>,
  wantedFrom: (current: Revision | null) => Result<Policy>,
): Promise<ApiResult<Reply>> {
  let wanted: Policy | null = null;
  const changed = await changePolicy({
    ...changeRequest(request),
    draft(current) {
      const policy = wantedFrom(current);
      wanted = policy.ok ? policy.value : null;
      return asDraft(policy);
    },
  });
  const { probe = false, 'dry-run': dryRun = false } = request.query;
  if (changed.ok || !probe || dryRun || wanted === null) return changeReply(changed);
  const { fault } = changed;
  if (fault.code !== 'policy_invalid' && fault.code !== 'model_not_callable') return changed;
  const requested = await requestProbe(store, clock, wanted);
  if (!requested.ok) return requested;
  return requested.value === null ? changed : fail({ ...fault, probedBy: requested.value });
}

function asDraft(policy: Result<Policy>): Result<Draft> {
  return policy.ok ? ok({ policy: policy.value, closes: null }) : policy;
}
