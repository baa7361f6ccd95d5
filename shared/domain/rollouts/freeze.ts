// The freeze: while it lasts, nothing starts or advances by itself. Rollouts that fail are still aborted.

import type { NewEvent } from '../events/event.ts';
import { type Transition, withEvent } from './transition.ts';

/** Stops automatic changes, or allows them again; no change when that is so already. */
export function setFrozen(transition: Transition, frozen: boolean, by: string, reason: string): Transition {
  const { rolloutState, committed } = transition;
  if ((rolloutState.frozen !== null) === frozen) return transition;
  const at = committed.now;
  const id = `FreezeChanged.${frozen ? 'freeze' : 'thaw'}.${Date.parse(at)}`;
  const event: NewEvent = { id, kind: 'FreezeChanged', subject: 'freeze', at, by, data: { frozen, reason } };
  return withEvent(
    { ...transition, rolloutState: { ...rolloutState, frozen: frozen ? { by, at, reason } : null } },
    event,
  );
}
