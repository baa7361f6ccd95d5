// `npm start`: runs the whole service on this machine, and shows what to try next.

import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { openVertex } from '../../shared/adapters/vertex.ts';
import { shippedCatalogue } from '../../shared/catalogue/catalogue.ts';
import { readEnvironment } from '../environment.ts';
import { type Emulator, startFirestoreEmulator, startPubsubEmulator, whyNoEmulators } from './emulators.ts';
import { type Local, startLocal } from './service.ts';
import { openSimulatedGarden } from './simulated-garden.ts';

const help = `Run the whole Pinward service on this machine.

  npm start -- [--port PORT] [--data FOLDER] [--slack URL] [--project ID] [--emulators]

  --port PORT     listen on this port of 127.0.0.1 (default 8787)
  --data FOLDER   keep the store and the tokens in this folder (default .pinward)
  --slack URL     announce to this Slack incoming webhook (default: show announcements in this terminal)
  --project ID    probe the real Vertex AI for this project, with your application default credentials
                  (default: probe a simulated Model Garden, where a new model appears after about two minutes)
  --emulators     use Google's Firestore and Pub/Sub emulators from the gcloud SDK of this machine. If
                  FIRESTORE_EMULATOR_HOST and PUBSUB_EMULATOR_HOST are set, those emulators are always used.
  --help          show this text
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
  const garden = options.project === null ? openSimulatedGarden(shippedCatalogue, Date.now) : openVertex();
  const common = { ...options, garden, write };
  if (firestore !== undefined && pubsub !== undefined) {
    return startLocal({ ...common, emulators: { firestore, pubsub } });
  }
  if (!options.emulators) return startLocal({ ...common, emulators: null });
  const missing = whyNoEmulators();
  if (missing !== false) throw new Error(`--emulators can't be used: ${missing}`);
  write('Starting the emulators of Firestore and Pub/Sub.\n');
  for (const emulator of [startFirestoreEmulator, startPubsubEmulator]) started.push(await emulator());
  const [{ host: documents = '' } = {}, { host: events = '' } = {}] = started;
  return startLocal({ ...common, emulators: { firestore: documents, pubsub: events } });
}

function readOptions(): Options | null {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: '8787' },
        data: { type: 'string', default: '.pinward' },
        slack: { type: 'string' },
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
    return {
      port,
      dataFolder: values.data,
      slackUrl: values.slack ?? null,
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

function greeting({ url, adminToken, isFirstStart }: Local, { dataFolder, project }: Options): string {
  const relativeFolder = relative('.', dataFolder) || '.';
  const folder = relativeFolder.startsWith('..') ? dataFolder : relativeFolder;
  const first = isFirstStart
    ? `Admin token, made just now and kept in ${folder}/admin-token:\n\n  ${adminToken}\n\n`
    : '';
  const admin = `-H "Authorization: Bearer $(cat ${folder}/admin-token)"`;
  const garden =
    project === null
      ? 'It probes a SIMULATED Model Garden every 20 s: the results are invented. Use --project ID for the real one.'
      : `It probes Vertex AI every 20 s for project ${project}.`;
  // The fragment stays in the browser, so the token is in no log.
  const console = isFirstStart ? `${url}/#token=${adminToken}` : `${url}/ with the token of ${folder}/admin-token`;
  return `Pinward listens on ${url} and keeps its data in ${folder}/.
${garden}

Console: ${console}

${first}Try this in another terminal:

  1. Publish a policy (If-Match "0" means: only if there is none yet):
     curl -X PUT ${url}/v1/policy ${admin} \\
       -H 'If-Match: "0"' -H 'Content-Type: application/json' --data @infra/examples/policy.json

  2. Fetch the pins as a developer machine does at login. This writes only to ${folder}/machine:
     sh infra/agents/posix/pinward.sh --root ${folder}/machine install --server ${url} \\
       --token-file ${folder}/machine-token

  3. Move one pin, then log in on the machine again:
     curl -X PUT ${url}/v1/rings/everyone/pins/opus ${admin} \\
       -H 'If-Match: *' -H 'Content-Type: application/json' --data '{"model": "claude-opus-5-5"}'
     sh infra/agents/posix/pinward.sh --root ${folder}/machine login

Ctrl-C stops. See all calls: curl ${url}/openapi.json ${admin}
`;
}

if (import.meta.main) await main();
