// `npm start`: runs the whole service on this machine, and shows what to try next.

import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type DocumentKeys, oneKeyForAll } from '../../shared/adapters/documents/document-keys.ts';
import { makeSigner, openKeyFile } from '../../shared/adapters/key-file.ts';
import { openSqlite } from '../../shared/adapters/sqlite.ts';
import { openVertex } from '../../shared/adapters/vertex.ts';
import { shippedCatalogue } from '../../shared/catalogue/catalogue.ts';
import { readEnvironment } from '../environment.ts';
import { originOf } from '../probe/simulated-data.ts';
import { type Emulator, startFirestoreEmulator, startPubsubEmulator, whyNoEmulators } from './emulators.ts';
import { greeting } from './greeting.ts';
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
`;

interface Options {
  readonly port: number;
  readonly dataFolder: string;
  readonly slackUrl: string | null;
  readonly project: string | null;
  readonly emulators: boolean;
}

async function main(): Promise<void> {
  const options = readOptions();
  if (options === null) return;
  const write = (text: string) => process.stdout.write(text);
  const started: Emulator[] = [];
  const local = await start(options, started, write).catch(async (error: NodeJS.ErrnoException) => {
    await Promise.all(started.map((emulator) => emulator.stop()));
    const hint = error.code === 'EADDRINUSE' ? ` Use another port: npm start -- --port ${options.port + 1}` : '';
    return quit(`Pinward did not start: ${error.message}.${hint}`);
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
  const { FIRESTORE_EMULATOR_HOST: firestore, PUBSUB_EMULATOR_HOST: pubsub } = readEnvironment();
  // The data of emulators that start here is new each time, and so is the story.
  const startFile = options.emulators ? null : join(options.dataFolder, 'simulated-since');
  const garden = options.project === null ? openSimulatedGarden(shippedCatalogue, Date.now, startFile) : openVertex();
  const common = { ...options, garden, write };
  if (firestore !== undefined && pubsub !== undefined) {
    return startLocal({ ...common, emulators: { firestore, pubsub } });
  }
  if (!options.emulators) {
    await checkData(options, startFile);
    return startLocal({ ...common, emulators: null });
  }
  const missing = whyNoEmulators();
  if (missing !== false) throw new Error(`--emulators can't be used: ${missing}`);
  write('Starting the emulators of Firestore and Pub/Sub.\n');
  for (const emulator of [startFirestoreEmulator, startPubsubEmulator]) started.push(await emulator());
  const [{ host: documents = '' } = {}, { host: events = '' } = {}] = started;
  return startLocal({ ...common, emulators: { firestore: documents, pubsub: events } });
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

function readOptions(): Options | null {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: '8787' },
        data: { type: 'string' },
        slack: { type: 'string' }, // refused below: it was the way of earlier versions
        project: { type: 'string' },
        emulators: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help === true) {
      process.stdout.write(help);
      return null;
    }
    const port = Number(values.port);
    if (!/^\d+$/.test(values.port) || port > 65_535) {
      return quit(`--port is a number from 0 to 65535, not ${values.port}`);
    }
    if (values.slack !== undefined) {
      return quit('--slack would show the URL to every user of this machine: set PINWARD_SLACK_URL instead');
    }
    const { PINWARD_SLACK_URL: slackUrl = '' } = readEnvironment();
    if (slackUrl !== '' && !URL.canParse(slackUrl)) return quit('PINWARD_SLACK_URL is not a URL');
    return {
      port,
      dataFolder: values.data ?? (values.project === undefined ? '.pinward' : join('.pinward', 'real')),
      slackUrl: slackUrl === '' ? null : slackUrl,
      project: values.project ?? null,
      emulators: values.emulators,
    };
  } catch (error) {
    return quit(`${error instanceof Error ? error.message : error}\n\n${help}`);
  }
}

function quit(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

if (import.meta.main) await main();
