// `npm start`: runs the whole service on this machine, and shows what to try next.

import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type DocumentKeys, oneKeyForAll } from '../../shared/adapters/documents/document-keys.ts';
import { makeSigner, openKeyFile } from '../../shared/adapters/key-file.ts';
import { openSqlite } from '../../shared/adapters/sqlite.ts';
import { openVertex } from '../../shared/adapters/vertex.ts';
import { shippedCatalogue } from '../../shared/catalogue/catalogue.ts';
import type { Garden } from '../../shared/ports.ts';
import { readCommandLine, readWholeNumber, refuseCommandLine } from '../cli/command-line.ts';
import { readDataFolder } from '../cli/data-folder/data-option.ts';
import { findObstacle } from '../cli/vertex/obstacle.ts';
import { readProject } from '../cli/vertex/project-option.ts';
import { type Environment, readEnvironment } from '../environment.ts';
import { originOf } from '../probe/simulated-data.ts';
import { type Emulator, startFirestoreEmulator, startPubsubEmulator, whyNoEmulators } from './emulators.ts';
import { greeting } from './greeting.ts';
import { quoted } from './quoted.ts';
import { type Local, startLocal } from './service.ts';
import { openSimulatedGarden } from './simulated-garden.ts';

const help = `Run the whole Pinward service on this machine.

  npm start -- [--port PORT] [--data FOLDER] [--project ID] [--emulators]

  --port PORT     listen on this port of 127.0.0.1 (default 8787)
  --data FOLDER   keep the store and the credentials in this folder (default .pinward; with --project .pinward/real,
                  because simulated and real results are never kept together)
  --project ID    probe the real Vertex AI for this project, with your application default credentials
                  (default: probe a simulated Model Garden, where a new model appears after about two minutes)
  --emulators     use Google's Firestore and Pub/Sub emulators from the gcloud SDK of this machine. If
                  FIRESTORE_EMULATOR_HOST and PUBSUB_EMULATOR_HOST are set, those emulators are always used.
  --help          show this text

PINWARD_SLACK_URL in the environment: announce to this Slack incoming webhook. Without it, announcements are shown here.
Exit codes: 0 stopped, 1 did not start, 2 wrong options.
`;

const maxPort = 65_535;

interface Options {
  readonly port: number;
  readonly dataFolder: string;
  readonly slackUrl: string | null;
  readonly project: string | null;
  readonly emulators: boolean;
}

async function main(): Promise<void> {
  const options = readOptions();
  const write = (text: string) => process.stdout.write(text);
  const started: Emulator[] = [];
  const local = await start(options, started, write).catch(async (error: NodeJS.ErrnoException) => {
    await Promise.all(started.map((emulator) => emulator.stop()));
    const hint = error.code === 'EADDRINUSE' ? ` Use another port: ${otherPort(options)}` : '';
    return quit(`Pinward did not start: ${error.message.replace(/\.$/, '')}.${hint}`);
  });
  let isStopping = false;
  const stop = async () => {
    if (isStopping) process.exit(130);
    isStopping = true;
    write('\nStopping after the running requests. Press Ctrl-C again to stop at once.\n');
    await local.close();
    await Promise.all(started.map((emulator) => emulator.stop()));
    write(started.length === 0 ? 'Stopped. The data is kept.\n' : 'Stopped. The data of the emulators is gone.\n');
    process.exit();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  // Last, because it mentions Ctrl-C, which must already work.
  write(greeting(local, options));
}

/** Starts the emulators first if the options need them. Adds each to `started`. */
async function start(options: Options, started: Emulator[], write: (text: string) => void): Promise<Local> {
  const environment = readEnvironment();
  const { FIRESTORE_EMULATOR_HOST: firestore, PUBSUB_EMULATOR_HOST: pubsub } = environment;
  // The data of emulators that start here is new each time, and so is the story.
  const startFile = options.emulators ? null : join(options.dataFolder, 'simulated-since');
  const given = firestore !== undefined && pubsub !== undefined ? { firestore, pubsub } : null;
  if (given === null && !options.emulators) await checkData(options, startFile);
  const { project } = options;
  const simulated = () => openSimulatedGarden(shippedCatalogue, Date.now, startFile);
  const garden = project === null ? simulated() : await openReadyVertex(project, environment, write);
  const common = { ...options, garden, write };
  if (given !== null || !options.emulators) return startLocal({ ...common, emulators: given });
  const missing = whyNoEmulators();
  if (missing !== false) throw new Error(`--emulators can't be used: ${missing}`);
  write('Starting the emulators of Firestore and Pub/Sub.\n');
  for (const emulator of [startFirestoreEmulator, startPubsubEmulator]) started.push(await emulator());
  const [{ host: documents = '' } = {}, { host: events = '' } = {}] = started;
  return startLocal({ ...common, emulators: { firestore: documents, pubsub: events } });
}

/** Throws when Vertex AI would answer nothing about this project's models, such as without credentials. */
async function openReadyVertex(
  project: string,
  { PINWARD_VERTEX_ENDPOINT: fakeHost }: Environment,
  write: (text: string) => void,
): Promise<Garden> {
  // Google's library warns that this machine is none of Google's, before what matters.
  process.removeAllListeners('warning');
  write(`Asking Vertex AI whether it answers for project ${project}.\n`);
  const garden = openVertex(fakeHost === undefined ? {} : { fakeHost });
  const obstacle = await findObstacle(garden, project);
  if (obstacle === null) return garden;
  await garden.close();
  throw new Error(obstacle);
}

/** A store from before there was a key has documents without a signature. */
function readingKeys(file: string): DocumentKeys {
  const hasKey = existsSync(file);
  const signer = hasKey ? openKeyFile(file, 'refuse') : makeSigner();
  return { signer, writers: oneKeyForAll(signer.key), unsigned: hasKey ? 'refuse' : 'accept' };
}

/** Throws when the folder has results of the other Model Garden. Without any data, the simulated story begins anew. */
async function checkData({ dataFolder, project }: Options, startFile: string | null): Promise<void> {
  const file = join(dataFolder, 'pinward.db');
  if (!existsSync(file)) {
    if (startFile !== null) rmSync(startFile, { force: true });
    return;
  }
  const store = openSqlite(file, readingKeys(join(dataFolder, 'writer-key.pem')));
  const read = await store.read('matrix', 'current');
  await store.close();
  const origin = read.ok ? originOf(read.value?.value ?? null) : null;
  if (origin === 'simulated' && project !== null)
    throw new Error(`${dataFolder} has simulated results. Leave out --data, or name another folder`);
  if (origin === 'real' && project === null)
    throw new Error(`${dataFolder} has results of the real Vertex AI. Add --project ID, or name another --data FOLDER`);
}

function readOptions(): Options {
  const { values } = readCommandLine(help, {
    options: {
      port: { type: 'string', default: '8787' },
      data: { type: 'string' },
      slack: { type: 'string' }, // refused below: it was the way of earlier versions
      project: { type: 'string' },
      emulators: { type: 'boolean', default: false },
    },
  });
  if (values.slack !== undefined) {
    const mistake = '--slack would show the URL to every user of this machine: set PINWARD_SLACK_URL instead';
    return refuseCommandLine(help, mistake);
  }
  const { PINWARD_SLACK_URL: slackUrl = '' } = readEnvironment();
  if (slackUrl !== '' && !URL.canParse(slackUrl)) return refuseCommandLine(help, 'PINWARD_SLACK_URL is not a URL');
  const project = values.project === undefined ? null : readProject(help, values.project);
  const dataFolder = values.data ?? (project === null ? '.pinward' : join('.pinward', 'real'));
  return {
    port: readWholeNumber(help, 'port', values.port, 0, maxPort),
    dataFolder: readDataFolder(help, dataFolder),
    slackUrl: slackUrl === '' ? null : slackUrl,
    project,
    emulators: values.emulators,
  };
}

/** The same command with another port. */
function otherPort({ port, dataFolder, project, emulators }: Options): string {
  const words = ['npm start -- --port', port === maxPort ? port - 1 : port + 1, '--data', quoted(dataFolder)];
  if (project !== null) words.push('--project', project);
  if (emulators) words.push('--emulators');
  return words.join(' ');
}

function quit(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

if (import.meta.main) await main();
