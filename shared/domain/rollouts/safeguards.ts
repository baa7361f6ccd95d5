// Safeguards: the freeze of automatic changes, and the rule of the second person while an owner sets it aside.

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

/** Sets the rule of the second person aside until a time; ends that with null. */
export function setBreakGlass(transition: Transition, until: string | null, by: string, reason: string): Transition {
  const { rolloutState, committed } = transition;
  const at = committed.now;
  const broken = rolloutState.breakGlass;
  if (until === null && broken === null) return transition;
  const breakGlass = until === null ? null : { by, at, until, reason };
  const data = { isBroken: until !== null, until: until ?? at, reason };
  const id = `GlassBroken.${until === null ? 'ended' : 'broken'}.${Date.parse(at)}`;
  const event: NewEvent = { id, kind: 'GlassBroken', subject: 'break-glass', at, by, data };
  return withEvent({ ...transition, rolloutState: { ...rolloutState, breakGlass } }, event);
}
