// The probe function: one run, then a sweep of the outbox, which also publishes what a crash left there. A schedule
// calls it.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Result } from '../../shared/domain/fault.ts';
import type { Sweep } from '../commands/outbox.ts';
import type { Log } from '../log.ts';
import type { Ran } from './run.ts';

interface ProbePorts {
  /** One run of the probe. Null when it had nothing to do or another run was first. */
  readonly run: () => Promise<Result<Ran | null>>;
  readonly sweep: Sweep;
  readonly log: Log;
}

export interface Probed {
  readonly endpoints: number;
  readonly confirmations: number;
  readonly events: readonly string[];
  readonly published: number;
  /** The code of the fault, or null. */
  readonly fault: string | null;
}

/** Runs and publishes. Never throws: a fault is in the result and in the log. */
export async function probeOnce({ run, sweep, log }: ProbePorts): Promise<Probed> {
  const ran = await run();
  const swept = await sweep();
  const fault = (ran.ok ? null : ran.fault.code) ?? (swept.ok ? (swept.value.fault?.code ?? null) : swept.fault.code);
  const { endpoints = 0, confirmations = 0, newEvents = [] } = ran.ok && ran.value !== null ? ran.value : {};
  const published = swept.ok ? swept.value.published : 0;
  const done = { endpoints, confirmations, events: newEvents.map(({ id }) => id), published, fault };
  if (fault === null) log.info('run', done);
  else log.error('run', done);
  return done;
}

export type Probe = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Responds 200 with a summary, or 500 when the schedule should call again. */
export function createProbe(ports: ProbePorts): Probe {
  return async function probe(_request, response) {
    const done = await probeOnce(ports);
    response.writeHead(done.fault === null ? 200 : 500, { 'Content-Type': 'application/json; charset=utf-8' });
    response.end(`${JSON.stringify(done)}\n`);
  };
}
