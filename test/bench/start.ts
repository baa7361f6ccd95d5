// Time from the start of the process to the first poll answered, as a ratio to a bare function.

import { type Measure, medianOf } from './measure.ts';
import { type Subject, spawnSubject, untilAnswered } from './server.ts';

const rounds = 25;

export async function benchStart(): Promise<Record<string, Measure>> {
  return { 'start to first poll, ms': await compareStarts('pinward', 'bare') };
}

/** Also used for the same on Firestore, against a bare function that reads one document. */
export async function compareStarts(ours: Subject, theirs: Subject, emulator?: string): Promise<Measure> {
  await timeStart(ours, emulator);
  await timeStart(theirs, emulator);
  const pairs: { a: number; b: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    pairs.push({ b: await timeStart(theirs, emulator), a: await timeStart(ours, emulator) });
  }
  return {
    value: medianOf(pairs.map(({ a }) => a)),
    baseline: medianOf(pairs.map(({ b }) => b)),
    ratio: medianOf(pairs.map(({ a, b }) => a / b)),
    target: 'ratio <= 1.5',
  };
}

async function timeStart(subject: Subject, emulator?: string): Promise<number> {
  const started = performance.now();
  const running = await spawnSubject(subject, emulator);
  try {
    const status = await untilAnswered(running.url);
    if (status !== 200) throw new Error(`${subject} answered ${status}`);
    return performance.now() - started;
  } finally {
    await running.stop();
  }
}
