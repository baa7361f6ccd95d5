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

/** Lines go to the file descriptor (1 is standard output) without holding up the caller. */
export function createLog(descriptor = 1): Log {
  let logger: Logger | null = null;
  let waiting: (() => void)[] | null = null;

  async function load(): Promise<void> {
    const { pino } = await import('pino');
    logger = pino(
      {
        base: null,
        messageKey: 'message',
        timestamp: () => `,"time":"${new Date().toISOString()}"`,
        formatters: { level: (label) => ({ severity: severities[label] ?? 'DEFAULT' }) },
      },
      pino.destination({ dest: descriptor, sync: false }),
    );
    for (const write of waiting ?? []) write();
  }

  function write(level: Level, message: string, fields: Fields): void {
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

/** What ties a line to its request in Cloud Logging: the trace id of X-Cloud-Trace-Context or traceparent. */
export function traceOf(headers: IncomingHttpHeaders, project: string | null): Fields {
  const google = headers['x-cloud-trace-context'];
  const id =
    /^([0-9a-f]{32})\//.exec(String(google))?.[1] ?? /^00-([0-9a-f]{32})-/.exec(String(headers['traceparent']))?.[1];
  if (id === undefined || project === null) return {};
  return { 'logging.googleapis.com/trace': `projects/${project}/traces/${id}` };
}
