// What the events of a history add up to: the rollouts under way, the revisions that they made, and what came back though a
// person had ended it.

import type { Event } from '../../../shared/domain/events/event.ts';
import type { Rollout } from '../../../shared/domain/serving/rollout.ts';

export function revisionsOf(event: Event): readonly number[] {
  switch (event.kind) {
    case 'PolicyChanged':
    case 'RolloutMoved':
    case 'FallbackLost':
      return [event.data.revision];
    default:
      return [];
  }
}

/**
 * Rollouts to a ring that begin by themselves although a person took back the same: aborted or rejected it, or moved the pin back from
 * it. Only a person's approval after that lets it begin again.
 */
export function comebacks(events: readonly Event[]): readonly string[] {
  const ended = new Set<string>();
  return events.flatMap((event) => {
    for (const name of takenBackBy(event)) ended.add(name);
    if (event.kind === 'UpgradeDecided' && event.data.decision === 'approved') {
      ended.delete(`${event.data.ring} ${event.data.model}`);
    }
    if (event.kind !== 'RolloutMoved' || event.data.move !== 'started' || event.by !== 'pinward') return [];
    const name = `${event.data.pinChange.ring} ${event.data.pinChange.to?.model}`;
    return ended.has(name) ? [name] : [];
  });
}

/** Ring and model. Ids of these lives sort as their versions. */
function takenBackBy(event: Event): readonly string[] {
  if (event.by === 'pinward') return [];
  if (event.kind === 'UpgradeDecided') {
    return event.data.decision === 'rejected' ? [`${event.data.ring} ${event.data.model}`] : [];
  }
  if (event.kind === 'RolloutMoved') {
    const { move, pinChange } = event.data;
    return move === 'aborted' ? [`${pinChange.ring} ${pinChange.to?.model}`] : [];
  }
  if (event.kind !== 'PolicyChanged') return [];
  return event.data.pinChanges.flatMap(({ ring, from, to }) =>
    from !== null && to !== null && from.model > to.model ? [`${ring} ${from.model}`] : [],
  );
}

/** Decisions and restores of an upgrade's pin that offer it again, by the upgrade's id. */
export function reopenings(events: readonly Event[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const event of events) {
    if (event.kind !== 'UpgradeDecided' || event.data.decision !== 'reopened') continue;
    counts.set(event.subject, (counts.get(event.subject) ?? 0) + 1);
  }
  return counts;
}

/** Replays the moves of rollouts. */
export function rolloutsOf(events: readonly Event[]): readonly [number, Rollout['state'], number][] {
  const active = new Map<number, [number, Rollout['state'], number]>();
  for (const event of events) {
    if (event.kind !== 'RolloutMoved') continue;
    const { rollout, move, percent } = event.data;
    if (move === 'aborted' || move === 'completed') active.delete(rollout);
    else active.set(rollout, [rollout, move === 'paused' ? 'paused' : 'running', percent]);
  }
  return [...active.values()];
}
