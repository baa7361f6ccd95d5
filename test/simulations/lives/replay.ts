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

/** Rollouts to a ring that begin by themselves after a person has aborted the same. */
export function comebacks(events: readonly Event[]): readonly string[] {
  const ended = new Set<string>();
  return events.flatMap((event) => {
    if (event.kind !== 'RolloutMoved') return [];
    const { move, pinChange } = event.data;
    const name = `${pinChange.ring} ${pinChange.to?.model}`;
    if (move === 'aborted' && event.by !== 'pinward') ended.add(name);
    return move === 'started' && event.by === 'pinward' && ended.has(name) ? [name] : [];
  });
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
