// A thread that opens new sqlite files, each at the same moment as the other threads do; it posts what went wrong.
// sqlite.test.ts starts several.

import { parentPort, workerData } from 'node:worker_threads';
import { openSqlite } from '../../../shared/adapters/sqlite.ts';
import { testKeys } from '../../support/document-keys.ts';

export interface OpenerData {
  readonly files: readonly string[];
  readonly threads: number;
  /** One Int32: how many arrivals there were, of all threads at all files. */
  readonly arrivals: SharedArrayBuffer;
}

// The test makes it of this very type.
const { files, threads, arrivals } = workerData as OpenerData;
const count = new Int32Array(arrivals);
const failures: string[] = [];
for (const [at, file] of files.entries()) {
  Atomics.add(count, 0, 1);
  while (Atomics.load(count, 0) < (at + 1) * threads);
  try {
    await openSqlite(file, testKeys).close();
  } catch (error) {
    failures.push(String(error));
  }
}
parentPort?.postMessage(failures);
