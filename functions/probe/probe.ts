// The probe function, called by a schedule. For now it publishes what a crash left in the outbox.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../log.ts';
import type { Sweep } from '../outbox.ts';

export interface ProbePorts {
  readonly sweep: Sweep;
  readonly log: Log;
}

export type Probe = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Answers 200 with what was done, 500 when the schedule should call again. */
export function createProbe({ sweep, log }: ProbePorts): Probe {
  return async function probe(_request, response) {
    const swept = await sweep();
    const fault = swept.ok ? swept.value.fault : swept.fault;
    const done = swept.ok ? { published: swept.value.published, waiting: swept.value.waiting } : {};
    if (fault === null) log.info('run', done);
    else log.error('run', { ...done, fault: fault.code });
    response.writeHead(fault === null ? 200 : 500, { 'Content-Type': 'application/json; charset=utf-8' });
    response.end(`${JSON.stringify({ ...done, ...(fault === null ? {} : { fault: fault.code }) })}\n`);
  };
}
