// The advance function: moves upgrades and rollouts on by time, then publishes the events in the outbox. A schedule
// calls it every minute.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { ok, type Result } from '../../shared/domain/fault.ts';
import { advance as advanceByTime } from '../../shared/domain/rollouts/advance.ts';
import { type MoveRolloutsPorts, moveRollouts } from '../commands/move-rollouts.ts';
import type { Sweep } from '../commands/outbox.ts';
import type { Log } from '../log.ts';

interface AdvancePorts extends Omit<MoveRolloutsPorts, 'onPublished' | 'afterCommit'> {
  readonly sweep: Sweep;
  readonly log: Log;
}

export type Advance = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Responds 500 when the store can't be used, so that the schedule calls again. */
export function createAdvance(ports: AdvancePorts): Advance {
  return async function advance(_request, response) {
    const advanced = await advanceOnce(ports);
    response.writeHead(advanced.ok ? 200 : 500, { 'Content-Type': 'application/json' });
    response.end(`${JSON.stringify(advanced.ok ? { moves: advanced.value } : { fault: advanced.fault.code })}\n`);
  };
}

/** The number of events. 0 before the first policy. */
export async function advanceOnce(ports: AdvancePorts): Promise<Result<number>> {
  const { sweep, log } = ports;
  // This instance has no policy cache to update, and it sweeps the outbox below.
  const commandPorts = { ...ports, onPublished: () => undefined, afterCommit: () => Promise.resolve() };
  const moved = await moveRollouts(commandPorts, 'pinward', (transition, failures) =>
    ok(advanceByTime(transition, failures)),
  );
  if (!moved.ok && moved.fault.code !== 'no_policy') {
    log.error('advance failed', { fault: moved.fault.code });
    return moved;
  }
  const broken = moved.ok ? moved.value.rolloutState.breakGlass : null;
  if (broken !== null) log.warn('no second person is needed', { by: broken.by, until: broken.until });
  const newEvents = moved.ok ? moved.value.newEvents : [];
  for (const { id, kind, subject } of newEvents) log.info('advanced', { id, kind, subject });
  const swept = await sweep();
  if (!swept.ok) log.error('sweep failed', { fault: swept.fault.code });
  return swept.ok ? ok(newEvents.length) : swept;
}
