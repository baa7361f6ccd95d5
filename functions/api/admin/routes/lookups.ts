// The calls for look-ups: the catalogue, availability, the reasons for a machine's pins, and health.

import { ok } from '../../../../shared/domain/fault.ts';
import { extendCatalogue } from '../../../../shared/domain/models/catalogue.ts';
import type { ApiResult } from '../../problems/http-fault.ts';
import { AvailabilityReply, CallerReply, CatalogueReply, HealthReply, NoQuery } from '../schemas/common.ts';
import { ExplainQuery, ExplainReply } from '../schemas/explain.ts';
import { explain, revisionAt } from './explain.ts';
import { type Reply, type Route, type RoutePorts, readCurrentRevision, route } from './route.ts';

export function lookupRoutes(ports: RoutePorts): readonly Route[] {
  const { store, catalogue, catalogueAsOf, clock } = ports;
  return [
    route({
      method: 'GET',
      path: '/v1/catalogue',
      operation: 'getCatalogue',
      summary: "List the known models, with the organisation's own. Each fact has its source.",
      query: NoQuery,
      reply: CatalogueReply,
      handle: async () => {
        const revision = await readCurrentRevision(store);
        if (!revision.ok && revision.fault.code !== 'no_policy') return revision;
        const own = revision.ok ? revision.value.policy.models : [];
        return ok({ body: { asOf: catalogueAsOf, models: extendCatalogue(catalogue, own) } });
      },
    }),
    route({
      method: 'GET',
      path: '/v1/availability',
      operation: 'getAvailability',
      summary: 'Get the probe result of each model at each endpoint, with its evidence and age.',
      query: NoQuery,
      reply: AvailabilityReply,
      handle: async () => {
        const matrix = await store.read('matrix', 'current');
        if (!matrix.ok) return matrix;
        const { at, blind, cells } = matrix.value?.value ?? { at: null, blind: null, cells: [] };
        const ageOf = (at: string | null) => (at === null ? null : Math.floor((clock() - Date.parse(at)) / 1000));
        const endpoints = cells.map((cell) => ({ ...cell, ageSeconds: ageOf(cell.answeredAt) }));
        return ok({ body: { at, blind, endpoints } });
      },
    }),
    route({
      method: 'GET',
      path: '/v1/caller',
      operation: 'getCaller',
      summary: 'Get whom the service takes you for, and your role.',
      query: NoQuery,
      reply: CallerReply,
      handle: async ({ caller: { name, role, email, isPerson } }) => ok({ body: { name, role, email, isPerson } }),
    }),
    route({
      method: 'GET',
      path: '/v1/explain',
      operation: 'explain',
      summary: 'Explain why a machine has its pins, now or at a time in the past.',
      query: ExplainQuery,
      reply: ExplainReply,
      handle: async ({ query }) => {
        const newest = await readCurrentRevision(store);
        if (!newest.ok) return newest;
        const at = query.at ?? new Date(clock()).toISOString();
        const revision = await revisionAt(store, newest.value, at);
        if (!revision.ok) return revision;
        const explained = explain(revision.value, query, catalogue, at.slice(0, 10));
        return explained.ok ? ok({ body: explained.value, revision: revision.value.number }) : explained;
      },
    }),
    // Google's frontend handles /healthz of run.app addresses itself, so monitors of those need the other path.
    ...(['/healthz', '/v1/health'] as const).map((path) =>
      route({
        method: 'GET',
        path,
        operation: path === '/healthz' ? 'healthz' : 'health',
        summary: 'Get whether this instance can serve pins and reach its store.',
        role: null,
        query: NoQuery,
        reply: HealthReply,
        handle: () => health(ports),
      }),
    ),
  ];
}

/** 200 while pins can be served, even with health issues: a load balancer that checks this must keep sending polls. */
async function health({ policyCache, store }: RoutePorts): Promise<ApiResult<Reply>> {
  const cached = await policyCache.current();
  const age = policyCache.age();
  const list = await store.list('healthIssue', { order: 'ascending', limit: 20 });
  const isReachable = list.ok && cached.ok && cached.value.staleSince === null;
  const issues = list.ok ? list.value.map(({ id, value }) => ({ what: id, ...value })) : [];
  const body = {
    status: isReachable && issues.length === 0 ? 'ok' : 'degraded',
    revision: cached.ok ? (cached.value.published?.revision.number ?? null) : null,
    policyAgeSeconds: age === null ? null : Math.floor(age / 1000),
    store: isReachable ? 'reachable' : 'unreachable',
    issues,
  };
  return ok(cached.ok ? { body } : { body, status: 503 });
}
