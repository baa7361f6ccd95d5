// The app of one instance of the api, for tests that call it without HTTP: on a store, without keys.

import type { Adoption } from '../../functions/adoption/adoption.ts';
import { createApp } from '../../functions/api/admin/app.ts';
import type { App } from '../../functions/api/admin/reply.ts';
import type { PolicyCache } from '../../functions/api/polls/policy-cache.ts';
import { createRateLimiter } from '../../functions/api/traffic/rate-limit.ts';
import type { Log } from '../../functions/log.ts';
import type { Catalogue } from '../../shared/domain/models/catalogue.ts';
import type { Clock, Store } from '../../shared/ports.ts';

interface InstanceParts {
  readonly store: Store;
  readonly policyCache: PolicyCache;
  readonly adoption: Adoption;
  readonly clock: Clock;
  readonly log: Log;
  readonly firstOwners?: readonly string[];
  /** None by default. */
  readonly catalogue?: Catalogue;
}

export function appOfInstance(parts: InstanceParts): App {
  return createApp({
    ...parts,
    catalogue: parts.catalogue ?? [],
    catalogueAsOf: '2031-05-01',
    keys: null,
    rateLimiter: createRateLimiter(parts.clock),
    firstOwners: parts.firstOwners ?? [],
    onAccess: () => undefined,
    loadAgents: () => Promise.resolve(null),
    serviceUrl: () => null,
    canWrite: () => Promise.resolve(true),
    adminTokenLastDay: () => Promise.resolve(null),
    afterCommit: () => Promise.resolve(),
  }).app;
}
