// The calls that answer questions: what models there are, why a machine has its pins, whether this instance is well.

import { ok } from '../../../../shared/domain/fault.ts';
import { extendCatalogue } from '../../../../shared/domain/models/catalogue.ts';
import type { ApiResult } from '../../problems/http-fault.ts';
import { AvailabilityReply, CatalogueReply, HealthReply, NoQuery } from '../schemas/common.ts';
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
      summary: "The models known to exist, the organisation's own included, each fact with its source.",
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
      summary: 'What each model answered in each place that the probe looks at, with the evidence and its age.',
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
      path: '/v1/explain',
      operation: 'explain',
      summary: "Every rule that led to a machine's pins, now or at a time in the past.",
      query: ExplainQuery,
      reply: ExplainReply,
      handle: async ({ query }) => {
        const revision = await readCurrentRevision(store);
        if (!revision.ok) return revision;
        const at = query.at ?? new Date(clock()).toISOString();
        const stood = await revisionAt(store, revision.value, at);
        if (!stood.ok) return stood;
        const explained = explain(stood.value, query, catalogue, at.slice(0, 10));
        return explained.ok ? ok({ body: explained.value, revision: stood.value.number }) : explained;
      },
    }),
    // Google's frontend keeps /healthz of run.app for itself, so what watches from outside asks the other path.
    ...(['/healthz', '/v1/health'] as const).map((path) =>
      route({
        method: 'GET',
        path,
        operation: path === '/healthz' ? 'healthz' : 'health',
        summary: 'Whether this instance can serve pins and reach its store.',
        role: null,
        query: NoQuery,
        reply: HealthReply,
        handle: () => health(ports),
      }),
    ),
  ];
}

/** 200 as long as pins can be served, however troubled the rest is: what routes traffic by this must not turn away polls. */
async function health({ policyCache, store }: RoutePorts): Promise<ApiResult<Reply>> {
  const known = await policyCache.current();
  const age = policyCache.age();
  const list = await store.list('healthIssue', { order: 'ascending', limit: 20 });
  const isReachable = list.ok && known.ok && known.value.staleSince === null;
  const issues = list.ok ? list.value.map(({ id, value }) => ({ what: id, ...value })) : [];
  const body = {
    status: isReachable && issues.length === 0 ? 'ok' : 'degraded',
    revision: known.ok ? (known.value.published?.revision.number ?? null) : null,
    policyAgeSeconds: age === null ? null : Math.floor(age / 1000),
    store: isReachable ? 'reachable' : 'unreachable',
    issues,
  };
  return ok(known.ok ? { body } : { body, status: 503 });
}
