// The whole service in one process on this machine, for `npm start` and the end-to-end tests. It keeps its data and
// tokens in one folder, and listens on 127.0.0.1 only.

import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { type CloudEvent, cloudEvent, http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { keepWriterKey } from '../../shared/adapters/documents/folder-key.ts';
import { openLoopback } from '../../shared/adapters/loopback.ts';
import { openSlack } from '../../shared/adapters/slack.ts';
import type { Event } from '../../shared/domain/events/event.ts';
import { ok, type Result } from '../../shared/domain/fault.ts';
import type { Clock, Garden } from '../../shared/ports.ts';
import type { Announce, PubsubMessage } from '../announce/announce.ts';
import { attachToServer } from '../api/http-server.ts';
import { lockFolder } from '../cli/data-folder/folder-lock.ts';
import { alreadyRuns } from '../cli/data-folder/local-service.ts';
import { defaultTopic, type Environment, pointAtEmulators } from '../environment.ts';
import { stop } from '../lifecycle.ts';
import type { Probed } from '../probe/probe.ts';
import { createWiring } from '../wiring.ts';
import { keepToken, writeAddress, writeHeader, writeLink, writeTokens } from './credential-files.ts';
import { withLocalCalls } from './local-calls.ts';
import { createPeople, type People } from './people.ts';
import { pushPath, subscribePush } from './push.ts';
import { repeat } from './repeat.ts';
import { createRolloutTable } from './rollout-table.ts';
import { createTerminalLog, keepHeads, openTerminalChannel, terminalStyle } from './terminal.ts';

interface LocalOptions {
  /** 0 means any free port. */
  readonly port: number;
  readonly dataFolder: string;
  /** Slack's incoming webhook. Null: announcements go to `write`. */
  readonly slackUrl: string | null;
  /** HOST:PORT of Google's emulators for documents and events. Null: the embedded store. */
  readonly emulators: { readonly firestore: string; readonly pubsub: string } | null;
  /** A project to probe even if no policy names it. */
  readonly project: string | null;
  /** The Model Garden to probe periodically, or null. */
  readonly garden: Garden | null;
  readonly clock?: Clock;
  /** Gets log lines and announcements as text. */
  readonly write: (text: string) => void;
}

export interface Local {
  readonly url: string;
  readonly dataFolder: string;
  readonly adminToken: string;
  readonly machineToken: string;
  readonly people: People;
  /** The current revision at this start; null when there is none. A fault when the store has one that can't be read. */
  readonly policy: Result<number | null>;
  /** Whether this start made the tokens. */
  readonly isFirstStart: boolean;
  /** Runs the probe now. */
  probe(): Promise<Probed>;
  /** Advances upgrades and rollouts now. */
  advance(): Promise<Result<number>>;
  /** Answers running requests, then stops. */
  close(): Promise<void>;
}

/** How often rollouts advance and the outbox is swept. */
const advanceEveryMs = 5_000;
/** Much more often than in the cloud, so that there is something to watch. */
const probeEveryMs = 20_000;
/** A token counts for an hour. Much more often, because a timer stands still while the machine sleeps. */
const signInEveryMs = 60_000;
const emulatedProject = 'demo-pinward';

/** Throws an `Error` with a text for the operator when it can't start, such as beside another service in the same folder. */
export async function startLocal(options: LocalOptions): Promise<Local> {
  const { dataFolder } = options;
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const unlock = lockFolder(dataFolder);
  if (unlock === null) throw new Error(alreadyRuns(dataFolder));
  try {
    return await startLocked(options, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

async function startLocked(options: LocalOptions, unlock: () => void): Promise<Local> {
  const { port, dataFolder, slackUrl, emulators, project, garden, clock = Date.now, write } = options;
  const isFirstStart = !existsSync(join(dataFolder, 'admin-token'));
  const adminToken = keepToken(dataFolder, 'admin');
  writeHeader(dataFolder, 'admin', adminToken);
  const machineToken = keepToken(dataFolder, 'machine');
  const people = await createPeople(clock);
  const database = join(dataFolder, 'pinward.db');
  const writerKeyFile = await keepWriterKey(dataFolder, emulators === null ? database : null);
  const environment: { -readonly [K in keyof Environment]: Environment[K] } = {
    ...people.environment,
    PINWARD_PROJECTS: project ?? '',
    PINWARD_ADMIN_TOKEN: adminToken,
    PINWARD_MACHINE_TOKEN: machineToken,
    PINWARD_ORGANISATION: 'local',
    PINWARD_KEY_FILE: join(dataFolder, 'signing-key.pem'),
    PINWARD_WRITER_KEY_FILE: writerKeyFile,
    ...(emulators === null ? { PINWARD_SQLITE: database } : { GOOGLE_CLOUD_PROJECT: emulatedProject }),
  };
  const channel = slackUrl === null ? openTerminalChannel(write, terminalStyle) : openSlack(slackUrl);
  const announced = Promise.withResolvers<Announce>();
  const bus = openLoopback(async (event) => (await announced.promise)(delivery(event)));
  if (emulators !== null) pointAtEmulators(emulators);
  const wiring = createWiring(environment, {
    clock,
    log: keepHeads(createTerminalLog(write, terminalStyle), join(dataFolder, 'heads.jsonl')),
    channel: withLocalCalls(channel, resolve(dataFolder), people.all),
    issuerKeys: people.issuerKeys,
    loadConsole: async () => (await import('../console/build.ts')).buildConsole(join(import.meta.dirname, '../..')),
    loadAgents: async () =>
      (await import('../api/agents/build-agents.ts')).buildAgents(join(import.meta.dirname, '../..')),
    ...(emulators === null ? { bus } : {}),
    ...(garden === null ? {} : { garden }),
  });

  const { store } = wiring;
  const api = wiring.api();
  http('api', api);
  const server = getTestServer('api');
  attachToServer(server, api);
  const url = await listen(server, port);
  environment.PINWARD_URL = url;
  writeLink(dataFolder, 'admin', url, adminToken);
  const signIn = () => writeTokens(people, dataFolder, url);
  await signIn();
  const addressFile = writeAddress(dataFolder, url);
  const published = await store.read('published', 'current');
  const policy = published.ok ? ok(published.value?.value.revision.number ?? null) : published;
  const showRollouts = createRolloutTable(store, write);
  const announce = await wiring.announce();
  announced.resolve(announce);
  const servers = [server, ...(emulators === null ? [] : [await serveAnnounce(announce)])];
  const timers = [
    repeat('advance', advanceEveryMs, wiring.log, () => wiring.advanceOnce().then(showRollouts)),
    repeat('renewal of the tokens of people', signInEveryMs, wiring.log, signIn),
  ];
  if (garden !== null) timers.push(repeat('probe', probeEveryMs, wiring.log, wiring.probeOnce));

  async function close(): Promise<void> {
    for (const timer of timers) clearInterval(timer);
    rmSync(addressFile, { force: true });
    await Promise.all(servers.map(stop));
    await wiring.close();
    unlock();
  }
  return {
    url,
    dataFolder,
    adminToken,
    machineToken,
    people,
    policy,
    isFirstStart,
    probe: wiring.probeOnce,
    advance: wiring.advanceOnce,
    close,
  };
}

/** Serves the announce function on its own port, where the Pub/Sub emulator pushes to it. */
async function serveAnnounce(announce: Announce): Promise<Server> {
  cloudEvent<PubsubMessage>('announce', announce);
  const server = getTestServer('announce');
  const endpoint = (await listen(server, 0)) + pushPath(emulatedProject, defaultTopic);
  await subscribePush(emulatedProject, defaultTopic, endpoint);
  return server;
}

/** An event in the form in which Eventarc delivers it. */
function delivery(event: Event): CloudEvent<PubsubMessage> {
  const data = Buffer.from(JSON.stringify(event)).toString('base64');
  return {
    specversion: '1.0',
    id: event.id,
    type: 'google.cloud.pubsub.topic.v1.messagePublished',
    source: 'local',
    data: { message: { data } },
  };
}

/** Returns the URL when the server listens. */
async function listen(server: Server, port: number): Promise<string> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as AddressInfo; // a listening TCP server has an address of this form
  return `http://127.0.0.1:${address.port}`;
}
