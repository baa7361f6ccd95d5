// Google's emulators of Firestore and Pub/Sub, for `npm start -- --emulators` and the tests. They come from the gcloud
// SDK of this machine and listen on free ports of 127.0.0.1.

import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { freePort } from './free-port.ts';

export interface Emulator {
  /** host:port, for FIRESTORE_EMULATOR_HOST or PUBSUB_EMULATOR_HOST. */
  readonly host: string;
  stop(): Promise<void>;
}

interface Jars {
  readonly firestore: string;
  readonly pubsub: string;
}

/** A small heap and a quick start: 0.7 s, while a start through `gcloud` takes 1.3 s. */
const javaOptions = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx512m', '-Duser.language=en'];
const startTimeoutMs = 120_000;

/** False when both emulators can be started, else what is missing. */
export function whyNoEmulators(): false | string {
  if (whereIs('java') === null) return 'java is not installed';
  return findJars() === null ? 'the gcloud SDK with the firestore and pubsub emulators is not installed' : false;
}

export function startFirestoreEmulator(): Promise<Emulator> {
  const main = 'com.google.cloud.datastore.emulator.firestore.CloudFirestore';
  return start((jars, port) => ['-cp', jars.firestore, main, '--host', '127.0.0.1', '--port', String(port)]);
}

export function startPubsubEmulator(): Promise<Emulator> {
  return start((jars, port) => ['-jar', jars.pubsub, '--host=127.0.0.1', `--port=${port}`]);
}

async function start(argumentsFor: (jars: Jars, port: number) => string[]): Promise<Emulator> {
  const jars = findJars();
  if (jars === null) throw new Error(`no emulator: ${whyNoEmulators()}`);
  const port = await freePort();
  // Detached, so that Ctrl-C in a terminal only reaches Pinward, which stops the emulators after it has drained.
  const child = spawn('java', [...javaOptions, ...argumentsFor(jars, port)], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  // An emulator doesn't outlive the process that started it, also where that fails before it could stop it.
  const end = () => child.kill();
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-4000);
  });
  await waitUntilReady(child, port, () => output);
  return { host: `127.0.0.1:${port}`, stop: () => stop(child) };
}

/** Ready means: any HTTP response. */
async function waitUntilReady(child: ChildProcess, port: number, output: () => string): Promise<void> {
  const end = performance.now() + startTimeoutMs;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the emulator exited with ${child.exitCode}: ${output()}`);
    try {
      await (await fetch(`http://127.0.0.1:${port}/`)).arrayBuffer();
      return;
    } catch (cause) {
      if (performance.now() > end) throw new Error(`the emulator did not start: ${output()}`, { cause });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

function findJars(): Jars | null {
  const root = findSdk();
  if (root === null) return null;
  const [firestore] = globSync(join(root, 'platform/cloud-firestore-emulator/cloud-firestore-emulator.jar'));
  const [pubsub] = globSync(join(root, 'platform/pubsub-emulator/lib/cloud-pubsub-emulator-*.jar'));
  return firestore === undefined || pubsub === undefined ? null : { firestore, pubsub };
}

/** The SDK's folder: beside the program, else as the program says, which is slower. */
function findSdk(): string | null {
  const program = whereIs('gcloud');
  if (program === null) return null;
  const parent = dirname(dirname(realpathSync(program)));
  if (existsSync(join(parent, 'platform'))) return parent;
  try {
    return (
      execFileSync('gcloud', ['info', '--format=value(installation.sdk_root)'], { encoding: 'utf8' }).trim() || null
    );
  } catch {
    return null;
  }
}

function whereIs(name: string): string | null {
  const found = spawnSync('sh', ['-c', 'command -v "$0"', name], { encoding: 'utf8' });
  return found.status === 0 ? found.stdout.trim() : null;
}
