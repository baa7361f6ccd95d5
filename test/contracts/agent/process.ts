/** One run of an agent: a process group of its own, what it prints up to a bound, and an end whatever it does. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

export interface Run {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  readonly ms: number;
}

export interface Running {
  readonly done: Promise<Run>;
  readonly hasEnded: () => boolean;
  /** SIGKILL to the agent and whatever it started. */
  kill(): void;
}

/** No agent may take longer, whatever a server does: a login hangs on it. */
export const maxMs = 30_000;
/** More than that nobody reads. */
export const maxOutput = 64 * 1024;

export function startProcess([program = '', ...args]: readonly string[], env: Record<string, string>): Running {
  const started = Date.now();
  const child = spawn(program, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let ended = false;
  const kill = () => {
    if (!ended && child.pid !== undefined) endGroup(child.pid);
  };
  const limit = setTimeout(kill, maxMs);
  const done = finished(child).then((run) => {
    ended = true;
    clearTimeout(limit);
    return { ...run, ms: Date.now() - started };
  });
  return { done, kill, hasEnded: () => ended };
}

async function finished(child: ChildProcess): Promise<Omit<Run, 'ms'>> {
  const [out, err, code] = await Promise.all([
    start(child.stdout),
    start(child.stderr),
    once(child, 'close').then(
      () => child.exitCode,
      (error: Error) => Promise.reject(new Error(`the agent could not be started: ${error.message}`)),
    ),
  ]);
  return { code, out, err };
}

/** A little more than anybody may print, so that too much shows. */
async function start(stream: Readable | null): Promise<string> {
  let read = '';
  for await (const chunk of stream ?? []) if (read.length <= maxOutput) read += String(chunk);
  return read;
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended by itself a moment ago.
  }
}
