// Loaded into the service for the bench of memory: on SIGUSR2 it collects garbage and leaves in a file how many bytes are
// still in use. What a process holds resident says more of how far V8 let its heap grow than of what is kept.

import { renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export function collectedFile(pid: number): string {
  return join(tmpdir(), `pinward-collected-${pid}`);
}

process.on('SIGUSR2', () => {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const { heapUsed, external } = process.memoryUsage();
  const file = collectedFile(process.pid);
  writeFileSync(`${file}.new`, String(heapUsed + external));
  renameSync(`${file}.new`, file);
});
