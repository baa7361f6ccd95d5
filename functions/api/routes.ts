// Every call of the API but the poll, as a table: method, path, who may, what goes in and out, and what it does. The app
// serves from it and the OpenAPI document is made from it, so neither can know a call that the other doesn't.

import type { z } from 'zod';
import { movePin, readPolicy } from '../../shared/domain/amend.ts';
import { extendCatalogue } from '../../shared/domain/catalogue.ts';
import { fail, ok, type Result } from '../../shared/domain/fault.ts';
import { Pin, Policy } from '../../shared/domain/policy.ts';
import { Revision } from '../../shared/domain/revision.ts';
import { numberedId } from '../../shared/ports.ts';
import type { Caller, Role } from './caller.ts';
import { type Change, type ChangePorts, createChange, draftOfRevision } from './change.ts';
import { explain } from './explain.ts';
import {
  CatalogueReply,
  ChangeQuery,
  ChangeReply,
  EventsReply,
  ExplainQuery,
  ExplainReply,
  HealthReply,
  NoQuery,
  PageQuery,
  RevisionsReply,
} from './wire.ts';

/** What a route is asked, read and checked. */
export interface Asked<Query> {
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: Query;
  /** Parsed JSON of a route that has a body. */
  readonly body: unknown;
  readonly caller: Caller;
  /** From If-Match, on routes that change something. */
  readonly expected: number | 'any';
}

export interface Reply {
  readonly body: unknown;
  /** The revision that the reply speaks of; becomes its ETag. */
  readonly revision?: number;
  readonly status?: 503;
}

export interface Route {
  readonly method: 'GET' | 'PUT' | 'POST';
  /** As OpenAPI writes it, with {parameter}. */
  readonly path: string;
  readonly operation: string;
  readonly summary: string;
  /** Null where anybody may ask. */
  readonly role: Role | null;
  /** Whether the call changes the policy and so needs If-Match. */
  readonly changes: boolean;
  readonly query: z.ZodType;
  readonly body: z.ZodType | null;
  readonly reply: z.ZodType;
  handle(asked: Asked<unknown>): Promise<Result<Reply>>;
}

export interface RoutePorts extends ChangePorts {
  readonly catalogueAsOf: string;
}

export function createRoutes(ports: RoutePorts): readonly Route[] {
  const change = createChange(ports);
  return [
    ...policyRoutes(ports, change),
    ...historyRoutes(ports, change),
    ...questionRoutes(ports),
    route({
      method: 'GET',
      path: '/healthz',
      operation: 'health',
      summary: 'Whether this instance can serve pins and reach its store.',
      role: null,
      query: NoQuery,
      reply: HealthReply,
      handle: () => health(ports),
    }),
  ];
}

function policyRoutes({ store }: RoutePorts, change: Change): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/policy',
      operation: 'getPolicy',
      summary: 'The policy that stands. Its ETag goes into If-Match of a change.',
      query: NoQuery,
      reply: Policy,
      handle: async () => {
        const revision = await standing(store);
        return revision.ok ? ok({ body: revision.value.policy, revision: revision.value.number }) : revision;
      },
    }),
    route({
      method: 'PUT',
      path: '/v1/policy',
      operation: 'putPolicy',
      summary: 'State the whole policy.',
      changes: true,
      query: ChangeQuery,
      body: Policy,
      reply: ChangeReply,
      handle: async (asked) => outcome(await change({ ...wishOf(asked), draft: () => readPolicy(asked.body) })),
    }),
    route({
      method: 'PUT',
      path: '/v1/rings/{ring}/pins/{family}',
      operation: 'putPin',
      summary: 'Move one pin: the everyday call.',
      changes: true,
      query: ChangeQuery,
      body: Pin,
      reply: ChangeReply,
      handle: async (asked) => {
        const { ring = '', family = '' } = asked.parameters;
        return outcome(
          await change({
            ...wishOf(asked),
            draft: (current) =>
              current === null ? fail({ code: 'no_policy' }) : movePin(current.policy, ring, family, asked.body),
          }),
        );
      },
    }),
  ];
}

function historyRoutes({ store }: RoutePorts, change: Change): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/revisions',
      operation: 'listRevisions',
      summary: 'The history of the policy, newest first.',
      query: PageQuery,
      reply: RevisionsReply,
      handle: async ({ query }) => {
        const page = await store.list('revision', pageOf(query));
        if (!page.ok) return page;
        const revisions = page.value.map(({ value: { policy: _, ...summary } }) => summary);
        return ok({ body: { revisions, next: nextOf(query, revisions.at(-1)?.number) } });
      },
    }),
    route({
      method: 'GET',
      path: '/v1/revisions/{number}',
      operation: 'getRevision',
      summary: 'One revision with its policy.',
      query: NoQuery,
      reply: Revision,
      handle: async ({ parameters }) => {
        const number = readNumber(parameters['number']);
        if (!number.ok) return number;
        const revision = await store.read('revision', numberedId(number.value));
        if (!revision.ok) return revision;
        if (revision.value === null) return unknownRevision(store, number.value);
        return ok({ body: revision.value.value });
      },
    }),
    route({
      method: 'POST',
      path: '/v1/revisions/{number}/restore',
      operation: 'restoreRevision',
      summary: 'Roll back: make a new revision with the content of an old one.',
      changes: true,
      query: ChangeQuery,
      reply: ChangeReply,
      handle: async (asked) => {
        const number = readNumber(asked.parameters['number']);
        if (!number.ok) return number;
        const draft = (current: Revision | null) => draftOfRevision(store, number.value, current?.number ?? 0);
        return outcome(await change({ ...wishOf(asked), draft, restores: number.value }));
      },
    }),
    route({
      method: 'GET',
      path: '/v1/events',
      operation: 'listEvents',
      summary: 'What happened, newest first; each event holds the hash of the one before it.',
      query: PageQuery,
      reply: EventsReply,
      handle: async ({ query }) => {
        const page = await store.list('event', pageOf(query));
        if (!page.ok) return page;
        const events = page.value.map(({ value }) => value);
        return ok({ body: { events, next: nextOf(query, events.at(-1)?.seq) } });
      },
    }),
  ];
}

function questionRoutes({ store, catalogue, catalogueAsOf, clock }: RoutePorts): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/catalogue',
      operation: 'getCatalogue',
      summary: "The models known to exist, the organisation's own included, each fact with its source.",
      query: NoQuery,
      reply: CatalogueReply,
      handle: async () => {
        const revision = await standing(store);
        if (!revision.ok && revision.fault.code !== 'no_policy') return revision;
        const own = revision.ok ? revision.value.policy.models : [];
        return ok({ body: { asOf: catalogueAsOf, models: extendCatalogue(catalogue, own) } });
      },
    }),
    route({
      method: 'GET',
      path: '/v1/explain',
      operation: 'explain',
      summary: "Every rule that led to a machine's pins.",
      query: ExplainQuery,
      reply: ExplainReply,
      handle: async ({ query }) => {
        const revision = await standing(store);
        if (!revision.ok) return revision;
        const explained = explain(revision.value, query, catalogue, new Date(clock()).toISOString().slice(0, 10));
        return explained.ok ? ok({ body: explained.value, revision: revision.value.number }) : explained;
      },
    }),
  ];
}

/** Fills in what most routes share, and ties the handler's query to its schema's type. */
function route<Query extends z.ZodType>(
  stated: Omit<Route, 'role' | 'changes' | 'body' | 'query' | 'handle'> & {
    readonly role?: Role | null;
    readonly changes?: boolean;
    readonly body?: z.ZodType;
    readonly query: Query;
    readonly handle: (asked: Asked<z.infer<Query>>) => Promise<Result<Reply>>;
  },
): Route {
  return {
    role: 'owner',
    changes: false,
    body: null,
    ...stated,
    // The app parses the query with `query` before it calls this.
    handle: (asked) => stated.handle(asked as Asked<z.infer<Query>>),
  };
}

async function standing(store: RoutePorts['store']): Promise<Result<Revision>> {
  const published = await store.read('published', 'current');
  if (!published.ok) return published;
  return published.value === null ? fail({ code: 'no_policy' }) : ok(published.value.value.revision);
}

async function health({ snapshot }: RoutePorts): Promise<Result<Reply>> {
  const known = await snapshot.current();
  const age = snapshot.age();
  const isWell = known.ok && known.value.staleSince === null;
  const body = {
    status: isWell ? 'ok' : 'degraded',
    revision: known.ok ? (known.value.published?.revision.number ?? null) : null,
    snapshotAgeSeconds: age === null ? null : Math.floor(age / 1000),
    store: isWell ? 'reachable' : 'unreachable',
  };
  return ok(known.ok ? { body } : { body, status: 503 });
}

function wishOf({ caller, expected, query }: Asked<z.infer<typeof ChangeQuery>>) {
  return { by: caller.name, expected, note: query.note ?? null, dryRun: query['dry-run'] ?? false, restores: null };
}

function outcome(changed: Awaited<ReturnType<Change>>): Result<Reply> {
  return changed.ok ? ok({ body: changed.value, revision: changed.value.revision }) : changed;
}

type PageAsked = z.infer<typeof PageQuery>;

function pageOf({ limit, before }: PageAsked) {
  return { limit, order: 'descending', ...(before === undefined ? {} : { after: numberedId(before) }) } as const;
}

function nextOf({ limit }: PageAsked, last: number | undefined): number | null {
  return last === undefined || last <= 1 || limit < 1 ? null : last;
}

function readNumber(text: string | undefined): Result<number> {
  const number = Number(text);
  if (/^\d{1,9}$/.test(text ?? '') && number > 0) return ok(number);
  return fail({
    code: 'parameter_invalid',
    parameter: 'number',
    value: text ?? '',
    expected: 'the number of a revision',
  });
}

async function unknownRevision(store: RoutePorts['store'], revision: number): Promise<Result<never>> {
  const newest = await standing(store);
  return fail({ code: 'revision_unknown', revision, newest: newest.ok ? newest.value.number : 0 });
}
