// Moves rollouts: runs an action on upgrades, rollouts and the freeze, and commits the result. Actions are
// those of admins (such as an approval, a pause or an abort) and the advance by time.

import type { Memberships } from '../../shared/domain/changes/second-person.ts';
import { type Consequence, summaryOf } from '../../shared/domain/consequences/consequence.ts';
import { fail, ok, type Result } from '../../shared/domain/fault.ts';
import {
  completeTransition,
  startTransition,
  type Transition,
  type TransitionResult,
} from '../../shared/domain/rollouts/transition.ts';
import type { Failures } from '../../shared/domain/rollouts/waits.ts';
import type { Revision } from '../../shared/domain/serving/revision.ts';
import type { Rollout } from '../../shared/domain/serving/rollout.ts';
import type { CommandPorts } from './command-ports.ts';
import {
  type CurrentState,
  publishedWrite,
  readCurrentState,
  revisionWrite,
  rolloutStateWrite,
  rolloutWrites,
} from './current-state.ts';
import { type FailureHistories, failureHistoryWrites, readFailureHistories } from './failure-histories.ts';
import { judged } from './policy/change-plan.ts';
import { readMemberships } from './read-memberships.ts';
import { type Decision, transact } from './transact.ts';

export interface MoveRolloutsPorts extends CommandPorts {
  /** Failure rates of the machines since each rollout started, by the rollout's id. */
  readonly readFailures: (rollouts: readonly Rollout[]) => Promise<Result<ReadonlyMap<number, Failures>>>;
}

export type RolloutAction = (
  transition: Transition,
  failures: ReadonlyMap<number, Failures>,
  memberships: Memberships,
) => Result<Transition>;

/** The result, with the transition that led to it. */
export interface Moved extends TransitionResult {
  readonly transition: Transition;
  /** What machines are served otherwise now. Later stages follow. */
  readonly consequences: readonly Consequence[];
}

/** A dry run commits nothing. Faults: those of the action, `no_policy`, the store's, and `write_conflict`. */
export function moveRollouts(
  ports: MoveRolloutsPorts,
  by: string,
  action: RolloutAction,
  dryRun = false,
): Promise<Result<Moved>> {
  return transact(
    ports.store,
    () => readForMove(ports),
    (current) => decide(ports, by, action, current),
    {
      dryRun,
      async onCommitted({ revision, newEvents }) {
        if (revision !== null) ports.onPublished({ revision });
        if (newEvents.length > 0) await ports.afterCommit();
      },
    },
  );
}

interface StateForMove extends CurrentState {
  readonly revision: Revision;
  readonly failures: ReadonlyMap<number, Failures>;
  readonly histories: FailureHistories;
  readonly memberships: Memberships;
}

async function readForMove(ports: MoveRolloutsPorts): Promise<Result<StateForMove>> {
  const { store, clock, readFailures } = ports;
  const state = await readCurrentState(store, clock);
  if (!state.ok) return state;
  if (state.value.published === null) return fail({ code: 'no_policy' });
  const { revision } = state.value.published.value;
  const failures = await readFailures(revision.rollouts);
  if (!failures.ok) return failures;
  const histories = await readFailureHistories(store, revision.rollouts);
  if (!histories.ok) return histories;
  const { upgrades } = state.value.rolloutState;
  const numbers = upgrades.flatMap(({ proposed }) => (proposed === null ? [] : [proposed.accessRevision]));
  const memberships = await readMemberships(ports, numbers);
  if (!memberships.ok) return memberships;
  return ok({
    ...state.value,
    revision,
    failures: failures.value,
    histories: histories.value,
    memberships: memberships.value,
  });
}

function decide(
  { catalogue }: MoveRolloutsPorts,
  by: string,
  action: RolloutAction,
  current: StateForMove,
): Result<Decision<Moved>> {
  const { revision, rolloutState, matrix, now, failures, histories, memberships } = current;
  const start = startTransition({ revision, rolloutState, matrix, catalogue, now });
  const transition = action(start, failures, memberships);
  if (!transition.ok) return transition;
  const completed = completeTransition(transition.value, by);
  const { revision: next } = completed;
  const consequences =
    next === null
      ? []
      : judged({ catalogue, state: current }, revision.policy, revision.rollouts, next.policy, next.rollouts);
  const summed = next === null ? null : { ...next, consequences: summaryOf(consequences) };
  const outcome = { ...completed, revision: summed, transition: transition.value, consequences };
  const { newEvents } = outcome;
  const isUnchanged = outcome.revision === null && outcome.rolloutState === rolloutState && newEvents.length === 0;
  const historyWrites = failureHistoryWrites(histories, revision.rollouts, failures, now);
  if (isUnchanged) return ok({ writes: historyWrites, newEvents, outcome });
  const writes = [
    // Always written, so that the commit fails if the policy changed since it was read.
    publishedWrite(current, outcome.revision ?? revision),
    rolloutStateWrite(current, outcome.rolloutState),
    ...(outcome.revision === null ? [] : [revisionWrite(outcome.revision)]),
    ...rolloutWrites(outcome.rollouts),
    ...historyWrites,
  ];
  return ok({ writes, newEvents, outcome });
}
