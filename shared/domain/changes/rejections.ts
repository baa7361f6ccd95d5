// Rejections, by the machines that they were for: a ring can get another name or other machines after somebody rejected a
// model for it.

import { machineKinds } from '../consequences/machine-kinds.ts';
import type { Family } from '../models/model.ts';
import type { Revision } from '../serving/revision.ts';

/** Somebody rejected a model for the ring that had this name then. */
export interface Rejection {
  readonly ring: string;
  readonly family: Family;
  readonly model: string;
  /** ISO 8601, UTC. */
  readonly since: string;
}

/** Whether a model was rejected for a machine that is in this ring of the current policy. */
export type IsRejected = (ring: string, family: Family, model: string) => boolean;

/** `earlier` has earlier revisions, newest first. */
export function rejectedFor(
  rejections: readonly Rejection[],
  current: Revision,
  earlier: readonly Revision[],
): IsRejected {
  return function isRejected(name, family, model) {
    return rejections
      .filter((each) => each.family === family && each.model === model)
      .some(({ ring, since }) => {
        const then = revisionsAt(since, [current, ...earlier]).filter(({ policy }) => hasRing(policy, ring));
        return then.length === 0 || then.some(({ policy }) => share(policy, ring, current.policy, name));
      });
  };
}

/** More than one when some were made in the same millisecond; the oldest known one when the time was before all of them. */
function revisionsAt(time: string, revisions: readonly Revision[]): readonly Revision[] {
  const last = revisions.find(({ at }) => at < time);
  const within = revisions.filter((each) => each.at === time || each === last);
  return within.length > 0 ? within : revisions.slice(-1);
}

/** False only of a rejection that is older than all known revisions: nobody knows which machines it was for. */
function hasRing({ rings }: Revision['policy'], name: string): boolean {
  return rings.some((ring) => ring.name === name);
}

function share(then: Revision['policy'], ring: string, now: Revision['policy'], name: string): boolean {
  return machineKinds(then, now).some(({ before, after }) => before.name === ring && after.name === name);
}
