// A route: one call of the API as data. The app serves from a table of these and the OpenAPI document is made from it, so
// neither can know a call that the other doesn't.

import type { z } from 'zod';
import type { Role } from '../../../../shared/domain/access/roles.ts';
import { fail, ok } from '../../../../shared/domain/fault.ts';
import type { Revision } from '../../../../shared/domain/serving/revision.ts';
import type { Store } from '../../../../shared/ports.ts';
import type { Adoption } from '../../../adoption/adoption.ts';
import type { ChangeAccessPorts } from '../../../commands/change-access.ts';
import type { MoveRolloutsPorts } from '../../../commands/move-rollouts.ts';
import type { Log } from '../../../log.ts';
import type { Caller } from '../../auth/caller.ts';
import type { PolicyCache } from '../../polls/policy-cache.ts';
import type { ApiResult } from '../../problems/http-fault.ts';
import type { SigningKeys } from '../../signing/signatures.ts';
import type { RateLimiter } from '../../traffic/rate-limit.ts';

export interface RoutePorts extends MoveRolloutsPorts, ChangeAccessPorts {
  readonly policyCache: PolicyCache;
  readonly rateLimiter: RateLimiter;
  readonly catalogueAsOf: string;
  readonly keys: SigningKeys | null;
  readonly log: Log;
  readonly adoption: Adoption;
}

/** What a route is asked, read and checked. */
export interface RouteRequest<Query> {
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
  readonly status?: 202 | 503;
}

export interface Route {
  readonly method: 'GET' | 'PUT' | 'POST';
  /** As OpenAPI writes it, with {parameter}. */
  readonly path: string;
  readonly operation: string;
  readonly summary: string;
  /** Who may ask, at least; null where anybody may. */
  readonly role: Role | null;
  /** Whether the call changes the policy and so needs If-Match. */
  readonly changes: boolean;
  readonly query: z.ZodType;
  readonly body: z.ZodType | null;
  readonly reply: z.ZodType;
  /** What the body of a reply is sent as; of JSON anything, else a text. */
  readonly mediaType: 'application/json' | 'text/plain';
  handle(request: RouteRequest<unknown>): Promise<ApiResult<Reply>>;
}

/** Fills in what most routes share, and ties the handler's query to its schema's type. */
export function route<Query extends z.ZodType>(
  stated: Omit<Route, 'role' | 'changes' | 'body' | 'query' | 'mediaType' | 'handle'> & {
    readonly role?: Role | null;
    readonly changes?: boolean;
    readonly body?: z.ZodType;
    readonly mediaType?: Route['mediaType'];
    readonly query: Query;
    readonly handle: (request: RouteRequest<z.infer<Query>>) => Promise<ApiResult<Reply>>;
  },
): Route {
  return {
    role: stated.method === 'GET' ? 'reader' : 'editor',
    changes: false,
    body: null,
    mediaType: 'application/json',
    ...stated,
    // The app parses the query with `query` before it calls this.
    handle: (request) => stated.handle(request as RouteRequest<z.infer<Query>>),
  };
}

/** The revision that stands, read from the store: admins see what is, not what this instance last knew. */
export async function readCurrentRevision(store: Store): Promise<ApiResult<Revision>> {
  const published = await store.read('published', 'current');
  if (!published.ok) return published;
  return published.value === null ? fail({ code: 'no_policy' }) : ok(published.value.value.revision);
}
