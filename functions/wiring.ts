// The composition root: the only reader of the environment and the only importer of adapters. From settings to the
// functions that run. What a function doesn't need is not loaded for it.

import { randomUUID } from 'node:crypto';
import { openFirestore } from '../shared/adapters/firestore.ts';
import { openPubsub } from '../shared/adapters/pubsub.ts';
import { openSqlite } from '../shared/adapters/sqlite.ts';
import { shippedCatalogue } from '../shared/catalogue/catalogue.ts';
import type { Bus, Channel, Clock, Garden, Store } from '../shared/ports.ts';
import type { Announce } from './announce/announce.ts';
import { createApi, type Handler } from './api/api.ts';
import { type Credential, createCallers, hashToken } from './api/caller.ts';
import { createLog, type Log } from './log.ts';
import { createSweep, type Sweep } from './outbox.ts';
import { createProbe, type Probe, type Probed, probeOnce } from './probe/probe.ts';

/** The environment variables that Pinward reads, each a line in the README's table. */
export interface Environment {
  /** The file of the embedded store; without it the store is Firestore. */
  readonly PINWARD_SQLITE?: string | undefined;
  /** The Google Cloud project that Pinward runs in: its Firestore, topic and traces. */
  readonly GOOGLE_CLOUD_PROJECT?: string | undefined;
  /** The Firestore database; its `(default)` when absent. */
  readonly PINWARD_DATABASE?: string | undefined;
  /** The topic of events; `pinward-events` when absent. */
  readonly PINWARD_TOPIC?: string | undefined;
  /** The token of whoever may change the policy. */
  readonly PINWARD_ADMIN_TOKEN?: string | undefined;
  /** The token that machines poll with. */
  readonly PINWARD_MACHINE_TOKEN?: string | undefined;
  /** Slack's incoming webhook. A secret. */
  readonly PINWARD_SLACK_URL?: string | undefined;
  /** Google's emulators, which its clients find by these themselves. */
  readonly FIRESTORE_EMULATOR_HOST?: string | undefined;
  readonly PUBSUB_EMULATOR_HOST?: string | undefined;
  /** Projects and locations to probe beside those of the policy, with commas between them. */
  readonly PINWARD_PROJECTS?: string | undefined;
  readonly PINWARD_LOCATIONS?: string | undefined;
  /** HOST:PORT of something that stands for all of Vertex, in tests. */
  readonly PINWARD_VERTEX_ENDPOINT?: string | undefined;
  /** Where admins reach the API; announcements name calls by it. */
  readonly PINWARD_URL?: string | undefined;
}

/** Parts that a process may bring itself, in place of those that the environment asks for. */
export interface Parts {
  readonly clock?: Clock;
  readonly log?: Log;
  readonly bus?: Bus;
  readonly channel?: Channel;
  readonly garden?: Garden;
  readonly store?: Store;
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

export const defaultTopic = 'pinward-events';
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
        callers: createCallers([
          credentialOf('admin', 'owner', demand(environment, 'PINWARD_ADMIN_TOKEN')),
          credentialOf('machine', 'machine', demand(environment, 'PINWARD_MACHINE_TOKEN')),
        ]),
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

/** Points Google's clients at emulators: they read these variables themselves. */
export function pointAtEmulators(hosts: { readonly firestore: string; readonly pubsub: string }): void {
  process.env['FIRESTORE_EMULATOR_HOST'] = hosts.firestore;
  process.env['PUBSUB_EMULATOR_HOST'] = hosts.pubsub;
  process.env['METADATA_SERVER_DETECTION'] = 'none';
}

/** The environment of this process. */
export function readEnvironment(): Environment {
  return process.env;
}

/** The function that the functions-framework was told to serve, by its variable or its option; null when by neither. */
export function readTarget(): string | null {
  const option = process.argv.indexOf('--target');
  const joined = process.argv.find((word) => word.startsWith('--target='))?.slice('--target='.length);
  return process.env['FUNCTION_TARGET'] ?? joined ?? (option === -1 ? null : (process.argv[option + 1] ?? null));
}

const examples: Partial<Record<keyof Environment, string>> = {
  GOOGLE_CLOUD_PROJECT: 'the id of the project, or set PINWARD_SQLITE to a file for the embedded store',
  PINWARD_ADMIN_TOKEN: '32 or more random characters',
  PINWARD_MACHINE_TOKEN: '32 or more random characters',
  PINWARD_SLACK_URL: "Slack's incoming webhook URL",
  PINWARD_URL: 'where admins reach the API, such as https://pinward.example.com',
};

function demand(environment: Environment, name: keyof Environment): string {
  const value = environment[name];
  if (value === undefined || value === '') throw new Error(`${name} is not set: it must be ${examples[name] ?? 'set'}`);
  return value;
}

function vertexOptions({ PINWARD_VERTEX_ENDPOINT: endpoint }: Environment): { readonly endpoint?: string } {
  return endpoint === undefined ? {} : { endpoint };
}

function wordsOf(text = ''): readonly string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
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
