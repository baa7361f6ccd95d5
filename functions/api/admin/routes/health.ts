// The call for health: whether this instance can serve pins, and read and write its store. It answers whatever hangs, and within two
// seconds, because monitors have no patience.

import { type BreakGlass, isGlassBroken } from '../../../../shared/domain/changes/break-glass.ts';
import { fail, ok, type Result } from '../../../../shared/domain/fault.ts';
import { withTimeout } from '../../../../shared/with-timeout.ts';
import { readWithTimeout, storeTimedOut } from '../../caching/read-with-timeout.ts';
import type { CachedPolicy } from '../../polls/policy-cache.ts';
import type { ApiResult } from '../../problems/http-fault.ts';
import { NoQuery } from '../schemas/common.ts';
import { HealthReply } from '../schemas/health.ts';
import { type Reply, type Route, type RoutePorts, route } from './route.ts';

const timeoutMs = 2_000;

export function healthRoutes(ports: RoutePorts): readonly Route[] {
  let pending: Promise<ApiResult<Reply>> | null = null;

  /** Calls that come together share one answer, so a flood of them costs the store one look. */
  function shared(): Promise<ApiResult<Reply>> {
    pending ??= health(ports).finally(() => {
      pending = null;
    });
    return pending;
  }

  // Google's frontend handles /healthz of run.app addresses itself, so monitors of those need the other path.
  return (['/healthz', '/v1/health'] as const).map((path) =>
    route({
      method: 'GET',
      path,
      operation: path === '/healthz' ? 'healthz' : 'health',
      summary: 'Get whether this instance can serve pins, and read and write its store.',
      role: null,
      alwaysAnswers: true,
      query: NoQuery,
      reply: HealthReply,
      statuses: [200, 503],
      handle: shared,
    }),
  );
}

/** 200 while pins can be served, even with health issues: a load balancer that checks this must keep sending polls. */
async function health(ports: RoutePorts): Promise<ApiResult<Reply>> {
  const { policyCache, store, canWrite, adminTokenLastDay, clock } = ports;
  const [policy, list, isWritable, adminTokenDay, rolloutState] = await Promise.all([
    currentPolicy(policyCache.current()),
    readWithTimeout(() => store.list('healthIssue', { order: 'ascending', limit: 20 }), timeoutMs),
    canWrite(),
    adminTokenLastDay(),
    readWithTimeout(() => store.read('rolloutState', 'current'), timeoutMs),
  ]);
  const breakGlass = rolloutState.ok ? (rolloutState.value?.value.breakGlass ?? null) : null;
  const cached = policyCache.peek();
  const age = policyCache.age();
  const isReachable = list.ok && policy.ok && policy.value.staleSince === null;
  const issues = list.ok ? list.value.map(({ id, value }) => ({ what: id, ...value })) : [];
  const body = {
    status: isReachable && isWritable && issues.length === 0 ? 'ok' : 'degraded',
    revision: cached?.published?.revision.number ?? null,
    policyAgeSeconds: age === null ? null : Math.floor(age / 1000),
    store: isReachable ? 'reachable' : 'unreachable',
    writable: isReachable && isWritable,
    issues,
    warnings: [
      ...(adminTokenDay === null ? [] : [adminTokenWarning(adminTokenDay)]),
      ...(isGlassBroken(breakGlass, new Date(clock()).toISOString()) ? [glassWarning(breakGlass)] : []),
    ],
  };
  return ok(cached === null ? { body, status: 503 } : { body });
}

function currentPolicy(current: Result<CachedPolicy> | Promise<Result<CachedPolicy>>): Promise<Result<CachedPolicy>> {
  return withTimeout(Promise.resolve(current), timeoutMs, () => fail(storeTimedOut));
}

/** Without the owner and the reason: anybody may read this. */
function glassWarning(breakGlass: BreakGlass | null): string {
  return `No second person is needed until ${breakGlass?.until}: an owner broke the glass.`;
}

function adminTokenWarning(day: string): string {
  return `PINWARD_ADMIN_TOKEN was last used on ${day} (UTC). It is owner whatever the roles say: remove it once people sign in.`;
}
