// The composition root: the only importer of adapters. From the environment to the functions that run. What a function
// doesn't need is not loaded for it.

import { randomUUID } from 'node:crypto';
import { openFirestore } from '../shared/adapters/firestore.ts';
import { openPubsub } from '../shared/adapters/pubsub.ts';
import { openSqlite } from '../shared/adapters/sqlite.ts';
import { shippedCatalogue } from '../shared/catalogue/catalogue.ts';
import type { Bus, Channel, Clock, Garden, Store } from '../shared/ports.ts';
import type { Announce } from './announce/announce.ts';
import { createApi, type Handler } from './api/api.ts';
import { type Callers, type Credential, createCallers, hashToken } from './api/caller.ts';
import { defaultTopic, demand, type Environment, wordsOf } from './environment.ts';
import { createLog, type Log } from './log.ts';
import { createSweep, type Sweep } from './outbox.ts';
import { createProbe, type Probe, type Probed, probeOnce } from './probe/probe.ts';

/** Parts that a process may bring itself, in place of those that the environment asks for. */
export interface Parts {
  readonly clock?: Clock;
  readonly log?: Log;
  readonly bus?: Bus;
  readonly channel?: Channel;
  readonly garden?: Garden;
  readonly store?: Store;
  readonly callers?: Callers;
}

export interface Wiring {
  readonly log: Log;
  readonly sweep: Sweep;
  api(): Handler;
  probe(): Probe;
  /** One run, without a request. */
  probeOnce(): Promise<Probed>;
  announce(): Promise<Announce>;
  /** Closes what was opened. */
  close(): Promise<void>;
}

/** How long a change waits for its events to be published; what takes longer is left to the scheduled run. */
const publishWithinMs = 3_000;

/** Faults in the settings are thrown as `Error` with words for a person: nothing can run without them. */
export function createWiring(environment: Environment, parts: Parts = {}): Wiring {
  const { clock = Date.now, log = createLog() } = parts;
  const store = parts.store ?? openStore(environment);
  const bus =
    parts.bus ?? openPubsub(demand(environment, 'GOOGLE_CLOUD_PROJECT'), environment.PINWARD_TOPIC ?? defaultTopic);
  const sweep = createSweep(store, bus);
  let opened: Garden | null = parts.garden ?? null;
  const run = async () => {
    const { runProbe } = await import('./probe/run.ts');
    const garden = opened ?? (await import('../shared/adapters/vertex.ts')).openVertex(vertexOptions(environment));
    opened = garden;
    return runProbe({
      store,
      garden,
      catalogue: shippedCatalogue,
      clock,
      holder: randomUUID(),
      projects: wordsOf(environment.PINWARD_PROJECTS),
      locations: wordsOf(environment.PINWARD_LOCATIONS ?? 'global,us,eu'),
    });
  };
  const probePorts = { run, sweep, log };
  return {
    log,
    sweep,
    api: () =>
      createApi({
        store,
        clock,
        log,
        callers: parts.callers ?? openCallers(environment),
        traceProject: environment.GOOGLE_CLOUD_PROJECT ?? null,
        afterCommit: () => publishSoon(sweep, log),
      }),
    probe: () => createProbe(probePorts),
    probeOnce: () => probeOnce(probePorts),
    async announce() {
      const { createAnnounce } = await import('./announce/announce.ts');
      const channel = parts.channel ?? (await openSlackChannel(demand(environment, 'PINWARD_SLACK_URL')));
      return createAnnounce({ store, channel, clock, log, serviceUrl: demand(environment, 'PINWARD_URL') });
    },
    async close() {
      await opened?.close();
      await bus.close();
      await store.close();
    },
  };
}

function vertexOptions({ PINWARD_VERTEX_ENDPOINT: endpoint }: Environment): { readonly endpoint?: string } {
  return endpoint === undefined ? {} : { endpoint };
}

function openStore(environment: Environment): Store {
  if (environment.PINWARD_SQLITE !== undefined) return openSqlite(environment.PINWARD_SQLITE);
  const project = demand(environment, 'GOOGLE_CLOUD_PROJECT');
  const database = environment.PINWARD_DATABASE;
  return openFirestore({ project, ...(database === undefined ? {} : { database }) });
}

async function openSlackChannel(url: string): Promise<Channel> {
  const { openSlack } = await import('../shared/adapters/slack.ts');
  return openSlack(url);
}

function openCallers(environment: Environment): Callers {
  return createCallers([
    credentialOf('admin', 'owner', demand(environment, 'PINWARD_ADMIN_TOKEN')),
    credentialOf('machine', 'machine', demand(environment, 'PINWARD_MACHINE_TOKEN')),
  ]);
}

function credentialOf(name: string, role: Credential['role'], token: string): Credential {
  if (token.length < 32) throw new Error(`the ${name} token is too short: use 32 or more random characters`);
  return { name, role, email: null, labels: {}, sha256: hashToken(token) };
}

/** On Cloud Functions nothing runs on after the answer, so publishing is waited for, but not for long. */
async function publishSoon(sweep: Sweep, log: Log): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(() => resolve(null), publishWithinMs);
  const swept = await Promise.race([sweep(), late]).catch(() => null);
  clearTimeout(timer);
  const fault = swept === null ? 'late' : swept.ok ? swept.value.fault?.code : swept.fault.code;
  if (fault !== undefined) log.warn('events wait for the next run', { fault });
}
