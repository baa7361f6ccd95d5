// The service that is fuzzed: the api as it is served, on a store in memory, with upgrades and a rollout under way and two
// admins, so that every call has something to do. The steering is done by the fleet of the tests of steering.

import { createAccessCache } from '../../../functions/api/auth/access-cache.ts';
import { createAuthenticator, hashToken } from '../../../functions/api/auth/authenticator.ts';
import type { Log } from '../../../functions/log.ts';
import { openSqlite } from '../../../shared/adapters/sqlite.ts';
import type { Store } from '../../../shared/ports.ts';
import { testKeys } from '../../support/document-keys.ts';
import { Fleet, rolloutPolicy } from '../../support/rollout-fleet.ts';
import { adminToken, machineToken, type Service, startService } from '../../support/service.ts';
import { listen, portOf } from '../traffic/listen.ts';

export const secondToken = 'second-token-of-thirty-two-characters';

export interface World {
  readonly service: Service;
  readonly port: number;
  readonly store: Store;
  close(): Promise<void>;
}

export async function openWorld(log: Log): Promise<World> {
  const store = openSqlite(':memory:', testKeys);
  const fleet = new Fleet(store);
  for (const model of ['claude-opus-91', 'claude-opus-92']) fleet.callable.delete(model);
  await fleet.ask('ada', 'PUT', '/v1/policy', rolloutPolicy());
  await fleet.probeTwice();
  for (const model of ['claude-opus-91', 'claude-opus-92']) {
    fleet.callable.add(model);
    await fleet.probeTwice();
  }
  fleet.pass(2);
  await fleet.advance();

  const clock = () => service.time;
  const environmentTokens = [
    { name: 'admin', role: 'owner', isPerson: false, token: adminToken },
    { name: 'second', role: 'approver', isPerson: true, token: secondToken },
    { name: 'machine', role: 'machine', isPerson: false, token: machineToken },
  ] as const;
  const authenticator = createAuthenticator({
    firstOwners: ['second'],
    environmentTokens: environmentTokens.map(({ token, ...rest }) => ({
      ...rest,
      email: null,
      labels: {},
      sha256: hashToken(token),
    })),
    access: createAccessCache(store, clock, []),
    issuers: { google: null, iap: null },
    clock,
    onTokenUse: () => undefined,
    adminTokenUse: null,
  });
  const agents = {
    posix: { agent: 'echo hi\n', sha256: 'ab'.repeat(32), script: '@server@' },
    windows: { agent: "'hi'\n", sha256: 'cd'.repeat(32), script: '@server@' },
  };
  const service = startService(
    { store, authenticator, log, loadAgents: async () => agents },
    { PINWARD_URL: 'https://pinward.example.com' },
  );
  service.time = fleet.time + 60_000;
  await listen(service.server);
  return {
    service,
    port: portOf(service.server),
    store,
    async close() {
      service.server.closeAllConnections();
      service.server.close();
      await service.close();
    },
  };
}
