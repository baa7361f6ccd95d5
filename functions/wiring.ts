// The composition root: makes the functions from the environment. A deployed process imports adapters only here. A
// function loads only the adapters that it needs.

import { randomUUID } from 'node:crypto';
import { openKeyFile } from '../shared/adapters/key-file.ts';
import { type Kms, openKms } from '../shared/adapters/kms.ts';
import { openPubsub } from '../shared/adapters/pubsub.ts';
import { shippedCatalogue } from '../shared/catalogue/catalogue.ts';
import type { Result } from '../shared/domain/fault.ts';
import type { Rollout } from '../shared/domain/serving/rollout.ts';
import { isOrganisation } from '../shared/domain/serving/statement.ts';
import type { Bus, Channel, Clock, Garden, Signer, Store } from '../shared/ports.ts';
import { withTimeout } from '../shared/with-timeout.ts';
import { createAdoption } from './adoption/adoption.ts';
import { failuresOf } from './adoption/failures.ts';
import type { Advance } from './advance/advance.ts';
import type { Announce } from './announce/announce.ts';
import { bundledName as bundledAgents, type LoadAgents } from './api/agents/agent-files.ts';
import { createApi, type Handler } from './api/api.ts';
import type { Authenticator } from './api/auth/authenticator.ts';
import type { KeyAddresses } from './api/auth/issuers.ts';
import { openAuthenticator } from './api/auth/open-authenticator.ts';
import { bundledName as bundledConsole, type LoadConsole } from './api/console/console-files.ts';
import type { SigningKeys } from './api/signing/signatures.ts';
import { readBundled } from './bundled.ts';
import { createSweep, type Sweep, type Swept } from './commands/outbox.ts';
import { defaultTopic, type Environment, parseList, readServiceUrl, requireVariable } from './environment.ts';
import { createLog, type Log } from './log.ts';
import { type OpenedStore, openStore } from './open-store.ts';
import { createProbe, type Probe, type Probed, probeOnce } from './probe/probe.ts';

/** Replacements for parts that the environment would otherwise select. */
export interface Parts {
  readonly clock?: Clock;
  readonly log?: Log;
  readonly bus?: Bus;
  readonly channel?: Channel;
  readonly garden?: Garden;
  readonly store?: Store;
  readonly authenticator?: Authenticator;
  readonly keys?: SigningKeys;
  /** Where the issuers of callers' tokens publish their keys. */
  readonly issuerKeys?: KeyAddresses;
  /** The files of the console. */
  readonly loadConsole?: LoadConsole;
  readonly loadAgents?: LoadAgents;
}

export interface Wiring {
  readonly store: Store;
  readonly log: Log;
  readonly sweep: Sweep;
  api(): Handler;
  probe(): Probe;
  /** One probe run, without a request. */
  probeOnce(): Promise<Probed>;
  announce(): Promise<Announce>;
  advance(): Promise<Advance>;
  /** One advance run, without a request. */
  advanceOnce(): Promise<Result<number>>;
  /** Writes buffered machine counts, then closes all that was opened. */
  close(): Promise<void>;
}

/** How long a change waits until its events are published. The scheduled run publishes the rest. */
const publishTimeoutMs = 3_000;

/** Throws an `Error` with a text for the operator when a setting is wrong or missing. */
export function createWiring(environment: Environment, parts: Parts = {}): Wiring {
  const { clock = Date.now, log = createLog() } = parts;
  const kms = openKms();
  const { store, openWriterKey } = parts.store === undefined ? openStore(environment, kms, log) : opened(parts.store);
  const bus =
    parts.bus ??
    openPubsub(requireVariable(environment, 'GOOGLE_CLOUD_PROJECT'), environment.PINWARD_TOPIC ?? defaultTopic);
  const sweep = createSweep(store, bus);
  const adoption = createAdoption({ store, clock, log });
  let garden: Garden | null = parts.garden ?? null;
  const run = async () => {
    const { runProbe } = await import('./probe/run.ts');
    garden ??= (await import('../shared/adapters/vertex.ts')).openVertex(vertexOptions(environment));
    return runProbe({
      store,
      garden,
      catalogue: shippedCatalogue,
      clock,
      holder: randomUUID(),
      projects: parseList(environment.PINWARD_PROJECTS),
      locations: parseList(environment.PINWARD_LOCATIONS ?? 'global,us,eu'),
    });
  };
  const probePorts = { run, sweep, log };
  const advancePorts = {
    store,
    // Time approves nothing, so nobody's role is asked for.
    firstOwners: [],
    catalogue: shippedCatalogue,
    clock,
    sweep,
    log,
    readFailures: (rollouts: readonly Rollout[]) => failuresOf(store, rollouts),
  };
  return {
    log,
    store,
    sweep,
    api() {
      openWriterKey();
      readServiceUrl(environment);
      return createApi({
        store,
        clock,
        log,
        adoption,
        authenticator:
          parts.authenticator ?? openAuthenticator(environment, { store, clock, log, keys: parts.issuerKeys }),
        keys: parts.keys ?? openKeys(environment, kms, log),
        traceProject: environment.GOOGLE_CLOUD_PROJECT ?? null,
        loadConsole: parts.loadConsole ?? (() => readBundled(import.meta.dirname, bundledConsole)),
        loadAgents: parts.loadAgents ?? (() => readBundled(import.meta.dirname, bundledAgents)),
        // Read with each call, because `npm start` sets it when it listens.
        serviceUrl: () => readServiceUrl(environment),
        afterCommit: () => publishSoon(sweep, log),
      });
    },
    probe() {
      openWriterKey();
      return createProbe(probePorts);
    },
    probeOnce() {
      openWriterKey();
      return probeOnce(probePorts);
    },
    async advance() {
      openWriterKey();
      return (await import('./advance/advance.ts')).createAdvance(advancePorts);
    },
    async advanceOnce() {
      openWriterKey();
      return (await import('./advance/advance.ts')).advanceOnce(advancePorts);
    },
    async announce() {
      const { createAnnounce } = await import('./announce/announce.ts');
      const channel = parts.channel ?? (await openSlackChannel(requireVariable(environment, 'PINWARD_SLACK_URL')));
      return createAnnounce({ store, channel, clock, log, serviceUrl: requireVariable(environment, 'PINWARD_URL') });
    },
    async close() {
      await adoption.flush();
      await garden?.close();
      await kms.close();
      await bus.close();
      await store.close();
    },
  };
}

function vertexOptions({ PINWARD_VERTEX_ENDPOINT: fakeHost }: Environment): { readonly fakeHost?: string } {
  return fakeHost === undefined ? {} : { fakeHost };
}

function opened(store: Store): OpenedStore {
  return { store, openWriterKey: () => undefined };
}

async function openSlackChannel(url: string): Promise<Channel> {
  const { openSlack } = await import('../shared/adapters/slack.ts');
  return openSlack(url);
}

/** Null when no signing key is set, which is logged. Throws when the settings contradict each other. */
function openKeys(environment: Environment, kms: Kms, log: Log): SigningKeys | null {
  const [current, next, retiring] = [openKey('', 'make'), openKey('_NEXT', 'make'), openKey('_OLD', 'refuse')];
  if (current === null && (next !== null || retiring !== null))
    throw new Error('a next or an old signing key is set, but no current one: set PINWARD_KMS_KEY or PINWARD_KEY_FILE');
  if (current === null) {
    log.warn('answers go out unsigned', { reason: 'neither PINWARD_KMS_KEY nor PINWARD_KEY_FILE is set' });
    return null;
  }
  const organisation = requireVariable(environment, 'PINWARD_ORGANISATION');
  if (!isOrganisation(organisation))
    throw new Error(`PINWARD_ORGANISATION is invalid: "${organisation}". Use up to 100 of A-Z a-z 0-9 . _ -`);
  return { organisation, current, next, retiring };

  function openKey(suffix: '' | '_NEXT' | '_OLD', ifAbsent: 'make' | 'refuse'): Signer | null {
    const [version, file] = [environment[`PINWARD_KMS_KEY${suffix}`], environment[`PINWARD_KEY_FILE${suffix}`]];
    if (version && file)
      throw new Error(`PINWARD_KMS_KEY${suffix} and PINWARD_KEY_FILE${suffix} are both set: set one of them`);
    if (version) return kms.signer(version);
    return file ? openKeyFile(file, ifAbsent) : null;
  }
}

/** Cloud Functions gives no processor time after the response, so publishing is awaited, but only briefly. */
async function publishSoon(sweep: Sweep, log: Log): Promise<void> {
  const swept = await withTimeout<Result<Swept> | null>(sweep(), publishTimeoutMs, () => null).catch(() => null);
  const fault = swept === null ? 'late' : swept.ok ? swept.value.fault?.code : swept.fault.code;
  if (fault !== undefined) log.warn('events wait for the next run', { fault });
}
