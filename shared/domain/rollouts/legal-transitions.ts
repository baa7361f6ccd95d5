// Legal transitions: which state of a rollout, and of an upgrade, may follow which. Every change of a state is checked
// against these tables. An illegal one is a bug: it throws and is never stored.

import type { Rollout } from '../serving/rollout.ts';
import type { Upgrade, UpgradeState } from './upgrade.ts';

/**
 * Each move of a rollout: its possible states before, and its state after. A rollout is `new` before its first move.
 */
export const rolloutMoves = {
  started: { from: ['new'], to: 'running' },
  advanced: { from: ['running'], to: 'running' },
  paused: { from: ['running'], to: 'paused' },
  resumed: { from: ['paused'], to: 'running' },
  completed: { from: ['running'], to: 'completed' },
  aborted: { from: ['running', 'paused'], to: 'aborted' },
} as const satisfies Record<
  string,
  { readonly from: readonly (Rollout['state'] | 'new')[]; readonly to: Rollout['state'] }
>;
/** The name of a move, as in the event `RolloutMoved`. */
export type RolloutMove = keyof typeof rolloutMoves;

/**
 * An upgrade is found, soaks, is ready, is approved, and is rolled out. When its model is lost, the upgrade is `found`
 * again. Under the rule `auto` a ready upgrade is rolled out without an approval. One that ended is `found` again when
 * a person reopens it, or when its pin moves back.
 */
const upgradeTransitions: Readonly<Record<UpgradeState, readonly UpgradeState[]>> = {
  found: ['soaking', 'ready', 'approved', 'rejected', 'superseded'],
  soaking: ['found', 'ready', 'approved', 'rejected', 'superseded'],
  ready: ['found', 'soaking', 'approved', 'rejected', 'superseded', 'rolled_out'],
  approved: ['found', 'rejected', 'superseded', 'rolled_out'],
  rejected: ['found'],
  superseded: ['found'],
  rolled_out: ['found'],
};

/** The states in which nothing happens to an upgrade by itself, as long as its pin stays. */
const endStates: readonly UpgradeState[] = ['rejected', 'superseded', 'rolled_out'];

/** Throws when the move is illegal. */
export function checkRolloutMove(before: Rollout | null, after: Rollout, move: RolloutMove): void {
  const { from, to }: { readonly from: readonly string[]; readonly to: string } = rolloutMoves[move];
  const state = before?.state ?? 'new';
  if (from.includes(state) && after.state === to) return;
  throw new Error(`rollout ${after.id} is ${state}: it can not be ${move} and become ${after.state}`);
}

/** Throws when the transition is illegal. An upgrade may keep its state while its proposer or its rollout changes. */
export function checkUpgradeTransition(before: Upgrade | null, after: Upgrade): void {
  if (before === null || before.state === after.state || upgradeTransitions[before.state].includes(after.state)) return;
  throw new Error(`upgrade ${after.id} is ${before.state}: it can not become ${after.state}`);
}

/** Whether an upgrade is over. A newer version is another upgrade. */
export function isEnded({ state }: Pick<Upgrade, 'state'>): boolean {
  return endStates.includes(state);
}
