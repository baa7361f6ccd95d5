// What bundling saves: the time that the api takes to load, with Firestore's library and until the first poll is answered,
// as a ratio to the same from its source. Without a compile cache, as a new instance on Cloud Functions has none. Time of
// the processor, which is what a start takes there, and which a wait for the emulator is no part of.

import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startFirestoreEmulator, whyNoEmulators } from '../../functions/local/emulators.ts';
import { bundle } from '../../infra/bundle.ts';
import { openFirestore } from '../../shared/adapters/firestore.ts';
import { testKeys } from '../support/document-keys.ts';
import { revision } from '../support/world.ts';
import { type Measure, medianOf } from './measure.ts';
import { bundleFolder, project, type Subject, spawnSubject, untilAnswered } from './server.ts';

const rounds = 9;
const root = join(import.meta.dirname, '../..');

export async function benchBundles(): Promise<Record<string, Measure>> {
  const missing = whyNoEmulators();
  if (missing !== false) {
    process.stdout.write(`Skipped the bench of the bundles: ${missing}\n`);
    return {};
  }
  await prepareBundle();
  const emulator = await startFirestoreEmulator();
  try {
    await preparePolicy(emulator.host);
    return { 'load of the api bundle, ms': await compareLoads(emulator.host) };
  } finally {
    await emulator.stop();
  }
}

async function prepareBundle(): Promise<void> {
  mkdirSync(bundleFolder);
  for (const [name, bytes] of Object.entries(await bundle(root, 'api'))) writeFileSync(join(bundleFolder, name), bytes);
  symlinkSync(join(root, 'node_modules'), join(bundleFolder, 'node_modules'));
}

async function preparePolicy(emulator: string): Promise<void> {
  const store = openFirestore({ project, emulator, keys: testKeys });
  await store.commit([{ kind: 'published', id: 'current', expect: 'any', value: { revision: revision() } }]);
  await store.close();
}

/** Node and the functions-framework are in no bundle: what a bare function takes to start is not counted. */
async function compareLoads(emulator: string): Promise<Measure> {
  const pairs: { source: number; bundle: number }[] = [];
  for (let round = 0; round <= rounds; round++) {
    const bare = await timeLoad('bare', emulator);
    const source = (await timeLoad('pinward on Firestore', emulator)) - bare;
    pairs.push({ source, bundle: (await timeLoad('bundle', emulator)) - bare });
  }
  // The first round reads the files from the disk.
  const counted = pairs.slice(1);
  return {
    value: medianOf(counted.map(({ bundle }) => bundle)),
    baseline: medianOf(counted.map(({ source }) => source)),
    ratio: medianOf(counted.map(({ bundle, source }) => bundle / source)),
    target: 'ratio <= 0.7',
  };
}

/** Milliseconds of the processor until the first poll is answered, to the 10 ms that Linux counts in. */
async function timeLoad(subject: Subject, emulator: string): Promise<number> {
  const running = await spawnSubject(subject, emulator, true);
  try {
    const status = await untilAnswered(running.url);
    if (status !== 200) throw new Error(`${subject} answered ${status}`);
    // proc(5): the words behind the name in brackets begin with the third field; 14 and 15 are utime and stime.
    const fields = readFileSync(`/proc/${running.process.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } finally {
    await running.stop();
  }
}
