// The calls for look-ups: the catalogue, availability, and the reasons for a machine's pins.

import { ok } from '../../../../shared/domain/fault.ts';
import { extendCatalogue } from '../../../../shared/domain/models/catalogue.ts';
import { failHttp } from '../../problems/http-fault.ts';
import { AvailabilityReply, CallerReply, CatalogueReply, NoQuery } from '../schemas/common.ts';
import { ExplainQuery, ExplainReply } from '../schemas/explain.ts';
import { explain, revisionAt } from './explain.ts';
import { type Route, type RoutePorts, readCurrentRevision, route } from './route.ts';

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
        const { at, blind, cells } = matrix.value?.value ?? { at: null, blind: [], cells: [] };
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
        const now = new Date(clock()).toISOString();
        const { at = now } = query;
        if (Date.parse(at) > Date.parse(now)) {
          const expected = `a time that has come; it is ${now}`;
          return failHttp({ code: 'parameter_invalid', parameter: 'at', value: at, expected });
        }
        const revision = await revisionAt(store, newest.value, at);
        if (!revision.ok) return revision;
        const explained = explain(revision.value, query, catalogue, at);
        return explained.ok ? ok({ body: explained.value, revision: revision.value.number }) : explained;
      },
    }),
  ];
}
