// What a process of this machine takes, from /proc (Linux).

import { readFileSync } from 'node:fs';

/** Ticks of the kernel in which /proc counts. */
const ticksPerSecond = 100;

export function residentMiBOf(pid: number): number {
  const [, kiB] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kiB) / 1024;
}

/** CPU time of all its threads so far. */
export function cpuSecondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  // utime and stime are the 14th and 15th field of all; two have gone with the name.
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}
