// The whole service in one process on this machine, for `npm start` and the end-to-end tests. It keeps its data and
// tokens in one folder, and listens on 127.0.0.1 only.

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type CloudEvent, cloudEvent, http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { keepWriterKey } from '../../shared/adapters/documents/folder-key.ts';
import { openLoopback } from '../../shared/adapters/loopback.ts';
import { openSlack } from '../../shared/adapters/slack.ts';
import type { Event } from '../../shared/domain/events/event.ts';
import type { Result } from '../../shared/domain/fault.ts';
import type { Clock, Garden } from '../../shared/ports.ts';
import type { Announce, PubsubMessage } from '../announce/announce.ts';
import { attachToServer } from '../api/http-server.ts';
import { defaultTopic, type Environment, pointAtEmulators } from '../environment.ts';
import { stop } from '../lifecycle.ts';
import type { Probed } from '../probe/probe.ts';
import { createWiring } from '../wiring.ts';
import { pushPath, subscribePush } from './push.ts';
import { createTerminalLog, keepHeads, openTerminalChannel } from './terminal.ts';

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
const emulatedProject = 'demo-pinward';

export async function startLocal(options: LocalOptions): Promise<Local> {
  const { port, dataFolder, slackUrl, emulators, project, garden, clock = Date.now, write } = options;
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const isFirstStart = !existsSync(join(dataFolder, 'admin-token'));
  const adminToken = keepToken(join(dataFolder, 'admin-token'));
  const machineToken = keepToken(join(dataFolder, 'machine-token'));
  const database = join(dataFolder, 'pinward.db');
  const writerKeyFile = await keepWriterKey(dataFolder, emulators === null ? database : null);
  const environment: { -readonly [K in keyof Environment]: Environment[K] } = {
    PINWARD_PROJECTS: project ?? '',
    PINWARD_ADMIN_TOKEN: adminToken,
    PINWARD_MACHINE_TOKEN: machineToken,
    PINWARD_ORGANISATION: 'local',
    PINWARD_KEY_FILE: join(dataFolder, 'signing-key.pem'),
    PINWARD_WRITER_KEY_FILE: writerKeyFile,
    ...(emulators === null ? { PINWARD_SQLITE: database } : { GOOGLE_CLOUD_PROJECT: emulatedProject }),
  };
  const channel = slackUrl === null ? openTerminalChannel(write) : openSlack(slackUrl);
  const announced = Promise.withResolvers<Announce>();
  const bus = openLoopback(async (event) => (await announced.promise)(delivery(event)));
  if (emulators !== null) pointAtEmulators(emulators);
  const wiring = createWiring(environment, {
    clock,
    log: keepHeads(createTerminalLog(write), join(dataFolder, 'heads.jsonl')),
    channel,
    ...(emulators === null ? { bus } : {}),
    ...(garden === null ? {} : { garden }),
  });

  const api = wiring.api();
  http('api', api);
  const server = getTestServer('api');
  attachToServer(server, api);
  const url = await listen(server, port);
  environment.PINWARD_URL = url;
  const announce = await wiring.announce();
  announced.resolve(announce);
  const servers = [server, ...(emulators === null ? [] : [await serveAnnounce(announce)])];
  const timers = [setInterval(wiring.advanceOnce, advanceEveryMs)];
  if (garden !== null) timers.push(setInterval(wiring.probeOnce, probeEveryMs));

  async function close(): Promise<void> {
    for (const timer of timers) clearInterval(timer);
    await Promise.all(servers.map(stop));
    await wiring.close();
  }
  return {
    url,
    dataFolder,
    adminToken,
    machineToken,
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

/** Reads the token in a file, or makes one on the first start. */
function keepToken(file: string): string {
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
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
