// The log: one JSON line a message, with fields in Cloud Logging's names. Messages are constant; what varies is a
// field. Hand-written because every poll logs a line. With pino, logging costs a tenth of poll throughput, half of it
// garbage collection of waiting lines. Here lines go into a reused buffer.

import { write, writeSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';

export type Fields = Readonly<Record<string, unknown>>;

export interface Log {
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
}

type Severity = 'INFO' | 'WARNING' | 'ERROR';

const flushEveryMs = 100;
const bufferBytes = 65_536;
/** In UTF-16 code units. Each takes at most three bytes of UTF-8. */
const maxLineLength = 16_384;

/**
 * Lines are written to the file descriptor (1 is standard output) in the background, after at most 100 ms and at exit.
 * If the reader is a whole buffer behind, lines are dropped, and a later line says how many.
 */
export function createLog(descriptor = 1): Log {
  let active = Buffer.allocUnsafe(bufferBytes);
  let spare: Buffer<ArrayBuffer> | null = Buffer.allocUnsafe(bufferBytes);
  let used = 0;
  let dropped = 0;
  let isScheduled = false;

  function append(severity: Severity, message: string, fields: Fields): void {
    const line = toLine(severity, message, fields);
    if (used + 3 * line.length > bufferBytes) flush();
    if (used + 3 * line.length > bufferBytes) {
      dropped += 1;
      return;
    }
    used += active.write(line, used);
    if (isScheduled) return;
    isScheduled = true;
    setTimeout(() => {
      isScheduled = false;
      flush();
    }, flushEveryMs);
  }

  function flush(): void {
    if (used === 0 || spare === null) return;
    const [full, length] = [active, used];
    [active, spare, used] = [spare, null, 0];
    writeOut(full, 0, length);
  }

  function writeOut(full: Buffer<ArrayBuffer>, from: number, to: number): void {
    write(descriptor, full, from, to - from, null, (error, written) => {
      const isBlocked = error?.code === 'EAGAIN';
      if (isBlocked) setTimeout(() => writeOut(full, from, to), flushEveryMs);
      else if (error === null && from + written < to) writeOut(full, from + written, to);
      else release(full);
    });
  }

  function release(empty: Buffer<ArrayBuffer>): void {
    spare = empty;
    if (dropped === 0) return;
    const lines = dropped;
    dropped = 0;
    append('WARNING', 'log lines lost', { lines });
  }

  process.on('exit', () => {
    try {
      if (used > 0) writeSync(descriptor, active, 0, used);
    } catch {
      // The reader is gone or stuck, so nobody can be informed.
    }
  });

  return {
    info: (message, fields = none) => append('INFO', message, fields),
    warn: (message, fields = none) => append('WARNING', message, fields),
    error: (message, fields = none) => append('ERROR', message, fields),
  };
}

const none: Fields = {};

/** Field names: "Special JSON fields" of https://docs.cloud.google.com/logging/docs/structured-logging */
function toLine(severity: Severity, message: string, fields: Fields): string {
  const start = `{"severity":"${severity}","time":"${formatTime(Date.now())}","message":${JSON.stringify(message)}`;
  if (fields === none) return `${start}}\n`;
  const rest = toJson(fields);
  const line = `${start},${rest.slice(1)}\n`;
  return line.length <= maxLineLength ? line : `${start},"cut":${JSON.stringify(rest.slice(0, maxLineLength / 4))}}\n`;
}

function toJson(fields: Fields): string {
  try {
    return JSON.stringify(fields);
  } catch (error) {
    return JSON.stringify({ unprintable: String(error) });
  }
}

let lastMs = 0;
let lastTime = '';

/** Caches the last result: under load, many lines share a millisecond. */
function formatTime(ms: number): string {
  if (ms !== lastMs) {
    lastMs = ms;
    lastTime = new Date(ms).toISOString();
  }
  return lastTime;
}

/** The field that links a line to its request in Cloud Logging: the trace of X-Cloud-Trace-Context or traceparent. */
export function traceOf(headers: IncomingHttpHeaders, project: string | null): Fields {
  const { 'x-cloud-trace-context': google, traceparent } = headers;
  if (project === null || (google === undefined && traceparent === undefined)) return none;
  const id = /^([0-9a-f]{32})\//.exec(String(google))?.[1] ?? /^00-([0-9a-f]{32})-/.exec(String(traceparent))?.[1];
  if (id === undefined) return none;
  return { 'logging.googleapis.com/trace': `projects/${project}/traces/${id}` };
}

/** The stack of an exception, or its text, cut to 4,000 characters for a log line. */
export function describeBug(error: unknown): string {
  return (error instanceof Error ? (error.stack ?? error.message) : String(error)).slice(0, 4000);
}
