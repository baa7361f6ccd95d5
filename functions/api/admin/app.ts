// The app: every call except the poll, on Hono. For each route of the table it checks caller, If-Match, query and body
// in the same way, and it turns every fault into problem+json. Loaded with the first request that needs it.

import { Hono } from 'hono';
import { isAtLeast, type Role } from '../../../shared/domain/access/roles.ts';
import { ok } from '../../../shared/domain/fault.ts';
import { failuresOf } from '../../adoption/failures.ts';
import { createChangePolicy } from '../../commands/policy/change-policy.ts';
import { describeBug, type Log } from '../../log.ts';
import { agentVersionOf } from '../agents/agent-version.ts';
import type { Caller } from '../auth/caller.ts';
import { notFoundPage } from '../console/not-found-page.ts';
import { type ApiResult, failHttp } from '../problems/http-fault.ts';
import { createKeyList } from '../signing/key-list.ts';
import { agentRoutes } from './agent-routes.ts';
import { openapiOf } from './openapi.ts';
import { readJson } from './read-json.ts';
import { readQuery, refuseParameter } from './read-query.ts';
import { type App, type AppContext, createToResponse, problem, type ReplyForm } from './reply.ts';
import { type NeedsOf, needsFrom } from './route-needs.ts';
import { accessRoutes } from './routes/access.ts';
import { healthRoutes } from './routes/health.ts';
import { historyRoutes } from './routes/history.ts';
import { keysRoutes } from './routes/keys.ts';
import { lookupRoutes } from './routes/lookups.ts';
import { policyRoutes } from './routes/policy.ts';
import { proposalRoutes } from './routes/proposals.ts';
import { reportRoutes } from './routes/reports.ts';
import { rolloutRoutes } from './routes/rollouts.ts';
import { findStrayNumber, type Reply, type Route, type RoutePorts } from './routes/route.ts';
import { upgradeRoutes } from './routes/upgrades.ts';

/** The ports of the routes, without those that the app makes itself. */
type AppPorts = Omit<RoutePorts, 'onPublished' | 'readFailures' | 'keyList'>;

export interface Application {
  readonly app: App;
  readonly needsOf: NeedsOf;
}

const openapiRoute: ReplyForm = { method: 'GET', mediaType: 'application/json', role: null, alwaysAnswers: false };

export function createApp(ports: AppPorts): Application {
  const routes = routesOf(ports);
  const toResponse = createToResponse();
  const app: App = new Hono();
  for (const route of routes) {
    app.on(route.method, honoPath(route.path), async (context) => {
      const reply = await serve(route, context);
      if (route.method !== 'GET' && route.role !== 'machine') logChange(ports.log, route, reply, context);
      return reply.ok ? toResponse(context, route, reply.value) : problem(reply.fault);
    });
  }
  let document: string | null = null;
  app.get('/openapi.json', (context) => {
    document ??= JSON.stringify(openapiOf(routes));
    return toResponse(context, openapiRoute, { body: document });
  });
  for (const path of new Set([...routes.map((route) => route.path), '/openapi.json'])) {
    const allowed = routes.filter((route) => route.path === path).map(({ method }) => method);
    app.all(honoPath(path), ({ req }) =>
      problem({ code: 'method_unsupported', method: req.method, allowed: withHead(allowed) }),
    );
  }
  app.notFound(({ req }) => {
    const page = notFoundPage(req.header('Accept'), req.path);
    return page ?? problem({ code: 'route_unknown', path: req.path.slice(0, 200) });
  });
  app.onError((error) => {
    ports.log.error('bug', { error: describeBug(error) });
    return problem({ code: 'internal' });
  });
  return { app, needsOf: needsFrom(routes) };
}

/** What this instance publishes goes into its own policy cache at once. */
function routesOf(appPorts: AppPorts): readonly Route[] {
  const { store, policyCache, keys, clock, log } = appPorts;
  const ports: RoutePorts = {
    ...appPorts,
    onPublished: policyCache.set,
    keyList: createKeyList(keys, clock, log),
    readFailures: (rollouts) => failuresOf(store, rollouts),
  };
  const changePolicy = createChangePolicy(ports);
  return [
    ...policyRoutes(ports, changePolicy),
    ...historyRoutes(ports, changePolicy),
    ...lookupRoutes(ports),
    ...healthRoutes(ports),
    ...reportRoutes(ports),
    ...upgradeRoutes(ports),
    ...rolloutRoutes(ports),
    ...proposalRoutes(ports, changePolicy),
    ...keysRoutes(ports),
    ...agentRoutes(ports),
    ...accessRoutes(ports),
  ];
}

async function serve(route: Route, context: AppContext): Promise<ApiResult<Reply>> {
  const caller = route.role === null ? ok(anonymous) : authorise(route.role, context);
  if (!caller.ok) return caller;
  const parameters = context.req.param();
  const stray = findStrayNumber(route.path, parameters);
  if (stray !== null) return { ok: false, fault: stray };
  const expected = route.changes ? readIfMatch(route, context.req.header('If-Match')) : ok<'any'>('any');
  if (!expected.ok) return expected;
  const query = readQuery(route.query, new URL(context.req.url).search);
  if (!query.ok) return query;
  const body = route.body === null ? ok(undefined) : await readJson(context.req);
  if (!body.ok) return body;
  return route.handle({
    parameters,
    query: query.value,
    body: body.value,
    caller: caller.value,
    agent: agentVersionOf(context.req.header('User-Agent')),
    expected: expected.value,
  });
}

const anonymous: Caller = { name: 'anonymous', role: 'machine', isPerson: false, email: null, labels: {} };

function authorise(needs: Role, { env: { caller } }: AppContext): ApiResult<Caller> {
  if (!caller.ok || isAtLeast(caller.value.role, needs)) return caller;
  return failHttp({ code: 'forbidden', role: caller.value.role, needs });
}

function logChange(log: Log, { operation }: Route, reply: ApiResult<Reply>, { req }: AppContext): void {
  const dryRun = /[?&]dry-run(?:[=&]|$)/.test(req.url);
  if (!reply.ok) log.warn('change refused', { operation, code: reply.fault.code, dryRun });
  else log.info('change', { operation, revision: reply.value.revision, dryRun });
}

function readIfMatch({ path }: Route, header: string | undefined): ApiResult<number | 'any'> {
  if (header === undefined)
    return failHttp({ code: 'precondition_required', of: path.startsWith('/v1/access') ? 'access' : 'policy' });
  if (header.trim() === '*') return ok('any');
  const number = /^"?(\d{1,9})"?$/.exec(header.trim())?.[1];
  if (number !== undefined) return ok(Number(number));
  return refuseParameter('If-Match', header, 'the ETag of what you change, such as "41", or *');
}

function honoPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}

function withHead(methods: readonly string[]): readonly string[] {
  const routed = methods.length === 0 ? ['GET'] : methods;
  return routed.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
}
