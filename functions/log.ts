// The log: static messages with fields, as JSON lines in Cloud Logging's names. Made here and not by a library, because
// every poll has a line: the benches put the same line by pino at a tenth of the polls, and half of that is garbage
// collection of lines that wait, so lines are written straight into a buffer that is used again.

import { write, writeSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';

export type Fields = Readonly<Record<string, unknown>>;

export interface Log {
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
}

type Severity = 'INFO' | 'WARNING' | 'ERROR';

const gatherForMs = 100;
const bufferBytes = 65_536;
/** In UTF-16 units, each of which takes at most three bytes. */
const maxLineLength = 16_384;

/**
 * Lines go to the file descriptor (1 is standard output) without holding up the caller, at the latest after 100 ms or at
 * the end of the process. When the reader has fallen behind by a whole buffer, lines are lost, and a line says how many.
 */
export function createLog(descriptor = 1): Log {
  let filling = Buffer.allocUnsafe(bufferBytes);
  let spare: Buffer<ArrayBuffer> | null = Buffer.allocUnsafe(bufferBytes);
  let used = 0;
  let lost = 0;
  let isFlushing = false;

  function append(severity: Severity, message: string, fields: Fields): void {
    const line = toLine(severity, message, fields);
    if (used + 3 * line.length > bufferBytes) flush();
    if (used + 3 * line.length > bufferBytes) {
      lost += 1;
      return;
    }
    used += filling.write(line, used);
    if (isFlushing) return;
    isFlushing = true;
    setTimeout(() => {
      isFlushing = false;
      flush();
    }, gatherForMs);
  }

  function flush(): void {
    if (used === 0 || spare === null) return;
    const [full, length] = [filling, used];
    [filling, spare, used] = [spare, null, 0];
    writeOut(full, 0, length);
  }

  function writeOut(full: Buffer<ArrayBuffer>, from: number, to: number): void {
    write(descriptor, full, from, to - from, null, (error, written) => {
      const isFull = error?.code === 'EAGAIN';
      if (isFull) setTimeout(() => writeOut(full, from, to), gatherForMs);
      else if (error === null && from + written < to) writeOut(full, from + written, to);
      else giveBack(full);
    });
  }

  function giveBack(empty: Buffer<ArrayBuffer>): void {
    spare = empty;
    if (lost === 0) return;
    const lines = lost;
    lost = 0;
    append('WARNING', 'log lines lost', { lines });
  }

  process.on('exit', () => {
    try {
      if (used > 0) writeSync(descriptor, filling, 0, used);
    } catch {
      // The reader is gone or stuck; there is nobody to tell.
    }
  });

  return {
    info: (message, fields = none) => append('INFO', message, fields),
    warn: (message, fields = none) => append('WARNING', message, fields),
    error: (message, fields = none) => append('ERROR', message, fields),
  };
}

const none: Fields = {};

/** Source of the names: Cloud Logging, "Special JSON fields". */
function toLine(severity: Severity, message: string, fields: Fields): string {
  const start = `{"severity":"${severity}","time":"${timeOf(Date.now())}","message":${JSON.stringify(message)}`;
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

/** Under load a millisecond has many lines. */
function timeOf(ms: number): string {
  if (ms !== lastMs) {
    lastMs = ms;
    lastTime = new Date(ms).toISOString();
  }
  return lastTime;
}

/** What ties a line to its request in Cloud Logging: the trace id of X-Cloud-Trace-Context or traceparent. */
export function traceOf(headers: IncomingHttpHeaders, project: string | null): Fields {
  const { 'x-cloud-trace-context': google, traceparent } = headers;
  if (project === null || (google === undefined && traceparent === undefined)) return none;
  const id = /^([0-9a-f]{32})\//.exec(String(google))?.[1] ?? /^00-([0-9a-f]{32})-/.exec(String(traceparent))?.[1];
  if (id === undefined) return none;
  return { 'logging.googleapis.com/trace': `projects/${project}/traces/${id}` };
}

/** An exception for the log: where it came from, cut to a line that a log takes. */
export function describeBug(error: unknown): string {
  return (error instanceof Error ? (error.stack ?? error.message) : String(error)).slice(0, 4000);
}
