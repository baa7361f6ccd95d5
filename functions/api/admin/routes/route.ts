// A route: one call of the API as data. The app serves a table of routes, and the OpenAPI document is made from the
// same table, so both have the same calls.

import type { z } from 'zod';
import type { Role } from '../../../../shared/domain/access/roles.ts';
import { fail, ok, type Result } from '../../../../shared/domain/fault.ts';
import type { Revision } from '../../../../shared/domain/serving/revision.ts';
import type { Store } from '../../../../shared/ports.ts';
import type { Adoption } from '../../../adoption/adoption.ts';
import type { ChangeAccessPorts } from '../../../commands/change-access.ts';
import type { MoveRolloutsPorts } from '../../../commands/move-rollouts.ts';
import type { Log } from '../../../log.ts';
import type { LoadAgents } from '../../agents/agent-files.ts';
import type { Caller } from '../../auth/caller.ts';
import type { PolicyCache } from '../../polls/policy-cache.ts';
import type { ApiFault, ApiResult } from '../../problems/http-fault.ts';
import type { KeyList } from '../../signing/key-list.ts';
import type { SigningKeys } from '../../signing/signatures.ts';
import type { RateLimiter } from '../../traffic/rate-limit.ts';
import type { ChangeQuery } from '../schemas/common.ts';

export interface RoutePorts extends MoveRolloutsPorts, ChangeAccessPorts {
  readonly policyCache: PolicyCache;
  readonly rateLimiter: RateLimiter;
  readonly catalogueAsOf: string;
  readonly keys: SigningKeys | null;
  readonly keyList: () => Promise<Result<KeyList>>;
  readonly loadAgents: LoadAgents;
  /** Where machines reach this service; null when that is not known. */
  readonly serviceUrl: () => string | null;
  readonly log: Log;
  readonly adoption: Adoption;
  /** Whether the store takes writes. */
  readonly canWrite: () => Promise<boolean>;
  /** The day of the last use of PINWARD_ADMIN_TOKEN; null when none is known. */
  readonly adminTokenLastDay: () => Promise<string | null>;
}

/** A request to a route, parsed and checked. */
export interface RouteRequest<Query> {
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: Query;
  /** The parsed JSON, on routes that have a body. */
  readonly body: unknown;
  readonly caller: Caller;
  /** The version of the agent that calls; null for other programs. */
  readonly agent: string | null;
  /** From If-Match, on routes with `changes`; else 'any'. */
  readonly expected: number | 'any';
}

export interface Reply {
  readonly body: unknown;
  /** The number of the revision in the body. It is sent as the ETag. */
  readonly revision?: number;
  readonly status?: ReplyStatus;
  /** Whether the bytes at this address never change, so that anybody may keep them. */
  readonly immutable?: boolean;
}

/** 202: the call was taken, and its effect comes later or not yet. 503: health that can't serve. */
type ReplyStatus = 200 | 202 | 503;

export interface Route {
  readonly method: 'GET' | 'PUT' | 'POST';
  /** In the form of OpenAPI, with {parameter}. */
  readonly path: string;
  readonly operation: string;
  readonly summary: string;
  /** The lowest role that may make the call; null when anybody may. */
  readonly role: Role | null;
  /** Whether the call needs If-Match. */
  readonly changes: boolean;
  /** Whether the call can only lower risk. Then it has slots of its own. */
  readonly lowersRisk: boolean;
  /** Whether the call is answered whatever hangs. Then it takes no slot, and has a rate limit of its own. */
  readonly alwaysAnswers: boolean;
  readonly query: z.ZodType;
  readonly body: z.ZodType | null;
  readonly reply: z.ZodType;
  /** The statuses with which the call answers `reply`. */
  readonly statuses: readonly ReplyStatus[];
  /** How the body of a reply is sent. For text/plain the body is a string. */
  readonly mediaType: 'application/json' | 'text/plain';
  handle(request: RouteRequest<unknown>): Promise<ApiResult<Reply>>;
}

/** Makes a route: adds the defaults, and gives the handler's query the type of its schema. */
export function route<Query extends z.ZodType>(
  definition: Omit<
    Route,
    'role' | 'changes' | 'lowersRisk' | 'alwaysAnswers' | 'body' | 'query' | 'mediaType' | 'statuses' | 'handle'
  > & {
    readonly role?: Role | null;
    readonly changes?: boolean;
    readonly lowersRisk?: boolean;
    readonly alwaysAnswers?: boolean;
    readonly body?: z.ZodType;
    readonly mediaType?: Route['mediaType'];
    readonly statuses?: Route['statuses'];
    readonly query: Query;
    readonly handle: (request: RouteRequest<z.infer<Query>>) => Promise<ApiResult<Reply>>;
  },
): Route {
  return {
    role: definition.method === 'GET' ? 'reader' : 'editor',
    changes: false,
    lowersRisk: false,
    alwaysAnswers: false,
    body: null,
    mediaType: 'application/json',
    statuses: [200],
    ...definition,
    // The app parses the query with `query` before it calls this.
    handle: (request) => definition.handle(request as RouteRequest<z.infer<Query>>),
  };
}

/** Who makes a change, why, and whether it is one: of every call that takes `ChangeQuery`. */
export function changeOf({ caller, query }: RouteRequest<z.infer<typeof ChangeQuery>>) {
  return { by: caller.name, note: query.note ?? null, dryRun: query['dry-run'] ?? false };
}

/**
 * The current revision, read from the store: an admin must not see a cached one. Faults: `no_policy`, and those of the
 * store.
 */
export async function readCurrentRevision(store: Store): Promise<ApiResult<Revision>> {
  const published = await store.read('published', 'current');
  if (!published.ok) return published;
  return published.value === null ? fail({ code: 'no_policy' }) : ok(published.value.value.revision);
}

/** Parameters of paths that are numbers. */
export const numericParameters: readonly string[] = ['number', 'proposal', 'rollout'];

/** The fault of a path with another text where a number belongs; null when there is none. No route gets such a text. */
export function findStrayNumber(path: string, parameters: RouteRequest<unknown>['parameters']): ApiFault | null {
  const name = numericParameters.find((each) => each in parameters && !isNumber(parameters[each] ?? ''));
  if (name === undefined) return null;
  const text = (parameters[name] ?? '').slice(0, 200);
  if (name === 'rollout') return { code: 'rollout_unknown', rollout: text };
  if (name === 'proposal') return { code: 'proposal_unknown', proposal: text };
  if (path.startsWith('/v1/access/')) return { code: 'access_unknown', number: text };
  return { code: 'parameter_invalid', parameter: name, value: text, expected: 'the number of a revision' };
}

function isNumber(text: string): boolean {
  return /^0*[1-9]\d{0,8}$/.test(text);
}

/** The number in a path. */
export function numberOf(text: string | undefined): number {
  return Number(text);
}
