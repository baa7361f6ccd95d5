// The calls for the history: revisions, the restoring of one, and events.

import type { z } from 'zod';
import { fail, ok } from '../../../../shared/domain/fault.ts';
import { Revision } from '../../../../shared/domain/serving/revision.ts';
import { listReadable } from '../../../../shared/list-readable.ts';
import { numberedId, type Store } from '../../../../shared/ports.ts';
import { type ChangePolicy, draftOfRevision } from '../../../commands/policy/change-policy.ts';
import type { ApiResult } from '../../problems/http-fault.ts';
import { restOf } from '../rest-of-page.ts';
import { ChangeReply, EventsReply, NoQuery, PageQuery, PublishQuery, RevisionsReply } from '../schemas/common.ts';
import { changeReply, changeRequest } from './policy.ts';
import { numberOf, type Route, type RoutePorts, readCurrentRevision, route } from './route.ts';

export function historyRoutes({ store }: RoutePorts, changePolicy: ChangePolicy): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/revisions',
      operation: 'listRevisions',
      summary: 'List the revisions of the policy, newest first.',
      query: PageQuery,
      reply: RevisionsReply,
      handle: async ({ query }) => {
        const page = await listReadable(store, 'revision', pageOf(query));
        if (!page.ok) return page;
        const revisions = page.value.documents.map(
          ({ value: { policy: _, rollouts: _rollouts, callableModels: _models, ...summary } }) => summary,
        );
        return ok({ body: { revisions, ...restOf(page.value) } });
      },
    }),
    route({
      method: 'GET',
      path: '/v1/revisions/{number}',
      operation: 'getRevision',
      summary: 'Get one revision with its policy.',
      query: NoQuery,
      reply: Revision,
      handle: async ({ parameters }) => {
        const number = numberOf(parameters['number']);
        const revision = await store.read('revision', numberedId(number));
        if (!revision.ok) return revision;
        if (revision.value === null) return unknownRevision(store, number);
        return ok({ body: revision.value.value });
      },
    }),
    route({
      method: 'POST',
      path: '/v1/revisions/{number}/restore',
      operation: 'restoreRevision',
      lowersRisk: true,
      summary: 'Roll back: publish a new revision with the policy of an old one.',
      changes: true,
      query: PublishQuery,
      reply: ChangeReply,
      statuses: [200, 202],
      handle: async (request) => {
        const number = numberOf(request.parameters['number']);
        const draft = (current: Revision | null) => draftOfRevision(store, number, current);
        return changeReply(await changePolicy({ ...changeRequest(request), draft, restores: number }));
      },
    }),
    route({
      method: 'GET',
      path: '/v1/events',
      operation: 'listEvents',
      summary: 'List the events, newest first. Each event has the hash of the one before it.',
      query: PageQuery,
      reply: EventsReply,
      handle: async ({ query }) => {
        const page = await listReadable(store, 'event', pageOf(query));
        if (!page.ok) return page;
        const events = page.value.documents.map(({ value }) => value);
        return ok({ body: { events, ...restOf(page.value) } });
      },
    }),
  ];
}

type PageRequest = z.infer<typeof PageQuery>;

function pageOf({ limit, before }: PageRequest) {
  return { limit, order: 'descending', ...(before === undefined ? {} : { after: numberedId(before) }) } as const;
}

async function unknownRevision(store: Store, revision: number): Promise<ApiResult<never>> {
  const newest = await readCurrentRevision(store);
  return fail({ code: 'revision_unknown', revision, newest: newest.ok ? newest.value.number : 0 });
}
