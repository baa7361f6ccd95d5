/** Runs an agent in its own process group, with limits for its time and its output. */
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
  /** Sends SIGKILL to the agent and its children. */
  kill(): void;
}

/** The time limit for each run, since logins wait for the agent. */
export const maxMs = 30_000;
/** The limit for the output in bytes. */
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

/** Reads slightly more than the limit, so that excess output is visible. */
async function start(stream: Readable | null): Promise<string> {
  let read = '';
  for await (const chunk of stream ?? []) if (read.length <= maxOutput) read += String(chunk);
  return read;
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group has just ended.
  }
}
