// The log: static messages with fields, as JSON lines in Cloud Logging's names. pino is loaded with the first line, so that
// an instance answers its first poll before it.

import type { IncomingHttpHeaders } from 'node:http';
import type { Logger } from 'pino';

export type Fields = Readonly<Record<string, unknown>>;

export interface Log {
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
}

type Level = keyof Log;

/** Source: Cloud Logging's LogSeverity. */
const severities: Record<string, string> = { info: 'INFO', warn: 'WARNING', error: 'ERROR' };

/** A line a poll, each written by itself, would cost a fifth of the polls; so lines are gathered for a moment. */
const gatherForMs = 100;
const gatheredBytes = 8_192;

/**
 * Lines go to the file descriptor (1 is standard output) without holding up the caller; what is gathered is written at the
 * end of the process, too.
 */
export function createLog(descriptor = 1): Log {
  let logger: Logger | null = null;
  let waiting: (() => void)[] | null = null;
  let destination: ReturnType<typeof import('pino').pino.destination> | null = null;
  let isFlushing = false;

  function flushSoon(): void {
    if (isFlushing) return;
    isFlushing = true;
    setTimeout(() => {
      isFlushing = false;
      destination?.flush();
    }, gatherForMs);
  }

  async function load(): Promise<void> {
    const { pino } = await import('pino');
    destination = pino.destination({ dest: descriptor, sync: false, minLength: gatheredBytes });
    logger = pino(
      {
        base: null,
        messageKey: 'message',
        timestamp: () => `,"time":"${new Date().toISOString()}"`,
        formatters: { level: (label) => ({ severity: severities[label] ?? 'DEFAULT' }) },
      },
      destination,
    );
    for (const write of waiting ?? []) write();
  }

  function write(level: Level, message: string, fields: Fields): void {
    flushSoon();
    if (logger !== null) {
      logger[level](fields, message);
      return;
    }
    if (waiting === null) {
      waiting = [];
      setImmediate(load);
    }
    waiting.push(() => logger?.[level](fields, message));
  }

  return {
    info: (message, fields = {}) => write('info', message, fields),
    warn: (message, fields = {}) => write('warn', message, fields),
    error: (message, fields = {}) => write('error', message, fields),
  };
}

const none: Fields = {};

/** What ties a line to its request in Cloud Logging: the trace id of X-Cloud-Trace-Context or traceparent. */
export function traceOf(headers: IncomingHttpHeaders, project: string | null): Fields {
  const { 'x-cloud-trace-context': google, traceparent } = headers;
  if (project === null || (google === undefined && traceparent === undefined)) return none;
  const id = /^([0-9a-f]{32})\//.exec(String(google))?.[1] ?? /^00-([0-9a-f]{32})-/.exec(String(traceparent))?.[1];
  if (id === undefined) return none;
  return { 'logging.googleapis.com/trace': `projects/${project}/traces/${id}` };
}
