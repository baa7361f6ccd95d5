// `npm start`: the whole service on this machine, and words for the person who started it.

import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { openVertex } from '../../shared/adapters/vertex.ts';
import { shippedCatalogue } from '../../shared/catalogue/catalogue.ts';
import { readEnvironment } from '../environment.ts';
import { type Emulator, startFirestoreEmulator, startPubsubEmulator, whyNoEmulators } from './emulators.ts';
import { type Local, startLocal } from './service.ts';
import { openSimulatedGarden } from './simulated-garden.ts';

const help = `Pinward, the whole service on this machine.

  npm start -- [--port PORT] [--data FOLDER] [--slack URL] [--project ID] [--emulators]

  --port PORT     where to listen on 127.0.0.1 (default 8787)
  --data FOLDER   where the store and the tokens are kept (default .pinward)
  --slack URL     a Slack incoming webhook to announce to (default: announcements are shown here)
  --project ID    probe the real Vertex AI for this project, with your own application default credentials
                  (default: a simulated Model Garden, in which a new model appears two minutes after
                  the first policy)
  --emulators     keep documents in Google's Firestore emulator and carry events over its Pub/Sub emulator, from the
                  gcloud SDK of this machine; with FIRESTORE_EMULATOR_HOST and PUBSUB_EMULATOR_HOST set, in those
  --help          this text
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
    const hint = error.code === 'EADDRINUSE' ? ` Try another: npm start -- --port ${options.port + 1}` : '';
    return quit(`Pinward did not start: ${error.message}.${hint}`);
  });
  let isStopping = false;
  const stop = async () => {
    if (isStopping) process.exit(130);
    isStopping = true;
    write('\nAnswering what is under way, then stopping (Ctrl-C again to stop at once).\n');
    await local.close();
    await Promise.all(started.map((emulator) => emulator.stop()));
    write(started.length === 0 ? 'Stopped. The data is kept.\n' : "Stopped. The emulators' data is gone with them.\n");
    process.exit();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  // Whoever reads that Ctrl-C stops it may press it at once.
  write(greeting(local, options));
}

/** Starts emulators first if they are wanted and not running yet; notes those that it started. */
async function start(options: Options, started: Emulator[], write: (text: string) => void): Promise<Local> {
  const { FIRESTORE_EMULATOR_HOST: firestore, PUBSUB_EMULATOR_HOST: pubsub } = readEnvironment();
  const garden = options.project === null ? openSimulatedGarden(shippedCatalogue, Date.now) : openVertex();
  const common = { ...options, garden, write };
  if (firestore !== undefined && pubsub !== undefined) {
    return startLocal({ ...common, emulators: { firestore, pubsub } });
  }
  if (!options.emulators) return startLocal({ ...common, emulators: null });
  const missing = whyNoEmulators();
  if (missing !== false) throw new Error(`--emulators needs Google's emulators, but ${missing}`);
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
  const near = relative('.', dataFolder) || '.';
  const folder = near.startsWith('..') ? dataFolder : near;
  const first = isFirstStart
    ? `Admin token, made just now and kept in ${folder}/admin-token:\n\n  ${adminToken}\n\n`
    : '';
  const admin = `-H "Authorization: Bearer $(cat ${folder}/admin-token)"`;
  const garden =
    project === null
      ? 'It probes a SIMULATED Model Garden every 20 s: whatever it finds is made up. (--project ID asks the real one.)'
      : `It probes Vertex AI every 20 s for project ${project}.`;
  return `Pinward listens on ${url} and keeps its data in ${folder}/.
${garden}

${first}Try next, in another terminal:

  1. State a policy (If-Match "0" says that there is none yet):
     curl -X PUT ${url}/v1/policy ${admin} \\
       -H 'If-Match: "0"' -H 'Content-Type: application/json' --data @infra/examples/policy.json

  2. Fetch the pins as a developer machine does at login (into .pinward/machine, not into your system):
     sh infra/agents/posix/pinward.sh --root ${folder}/machine install --server ${url} --token-file ${folder}/machine-token

  3. Move one pin, and let the machine log in again:
     curl -X PUT ${url}/v1/rings/everyone/pins/opus ${admin} \\
       -H 'If-Match: *' -H 'Content-Type: application/json' --data '{"model": "claude-opus-5-5"}'
     sh infra/agents/posix/pinward.sh --root ${folder}/machine login

Ctrl-C stops. Every call: curl ${url}/openapi.json ${admin}
`;
}

if (import.meta.main) await main();
