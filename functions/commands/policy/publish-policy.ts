// The writes and events of a planned policy change: of the next revision, of rollouts that it starts or ends, and of a
// proposal for what must wait.

import { createHash } from 'node:crypto';
import { type PolicyProposal, proposalLifeMs } from '../../../shared/domain/changes/proposal.ts';
import type { StagedPin } from '../../../shared/domain/changes/staging.ts';
import { summaryOf } from '../../../shared/domain/consequences/consequence.ts';
import { toStored } from '../../../shared/domain/consequences/cut-consequences.ts';
import type { NewEvent } from '../../../shared/domain/events/event.ts';
import type { Catalogue } from '../../../shared/domain/models/catalogue.ts';
import { followPins } from '../../../shared/domain/rollouts/reopen.ts';
import { endRollout, startPinRollout } from '../../../shared/domain/rollouts/rollout-actions.ts';
import type { RolloutState } from '../../../shared/domain/rollouts/rollout-state.ts';
import { startTransition, type Transition } from '../../../shared/domain/rollouts/transition.ts';
import { withdrawApprovals } from '../../../shared/domain/rollouts/widened-rings.ts';
import type { Revision } from '../../../shared/domain/serving/revision.ts';
import type { Write } from '../../../shared/ports.ts';
import { publishedWrite, revisionWrite, rolloutStateWrite, rolloutWrites } from '../current-state.ts';
import {
  changeProposed,
  decidedWrite,
  type ProposalDecision,
  proposalDecided,
  proposalWrite,
} from '../proposals/proposal-writes.ts';
import type { Decision } from '../transact.ts';
import type { ChangePlan, WaitingChange } from './change-plan.ts';
import type { ChangeOutcome, ChangeRequest, StateForChange } from './policy-change.ts';

interface Made {
  readonly writes: readonly Write[];
  readonly newEvents: readonly NewEvent[];
  readonly rolloutState: RolloutState;
  readonly published: Revision | null;
}

export function decideChange(
  catalogue: Catalogue,
  request: ChangeRequest,
  current: StateForChange,
  plan: ChangePlan,
): Decision<ChangeOutcome> {
  const { revision, waiting, result } = plan;
  const nothing: Made = { writes: [], newEvents: [], rolloutState: current.rolloutState, published: null };
  const made = revision === null ? nothing : publish(catalogue, request, current, revision, plan);
  const proposal = waiting === null ? null : proposalFor(request, current, made, waiting);
  const rolloutState = proposal === null ? made.rolloutState : { ...made.rolloutState, proposals: proposal.number };
  const number = current.published?.value.revision.number ?? 0;
  const closed = closing(request, current);
  return {
    writes: [
      ...made.writes,
      ...(proposal === null ? [] : [proposalWrite(proposal)]),
      ...(rolloutState === current.rolloutState ? [] : [rolloutStateWrite(current, rolloutState)]),
      ...(closed === null ? [] : [decidedWrite(closed.proposal, closed.decision)]),
    ],
    newEvents: [
      ...made.newEvents,
      ...(proposal === null ? [] : [changeProposed(proposal, 'proposed', request.by, current.now, request.note)]),
      ...approvals(closed),
    ],
    outcome: {
      published: made.published,
      result:
        proposal === null
          ? result
          : {
              ...result,
              revision: made.published?.number ?? number,
              changed: made.published !== null,
              proposal: proposal.number,
            },
    },
  };
}

/** Publishes the revision. It starts the rollouts of staged pins, a restore ends all rollouts, and upgrades follow. */
function publish(
  catalogue: Catalogue,
  { by, restores, note }: ChangeRequest,
  current: StateForChange,
  planned: Revision,
  { staged, published }: ChangePlan,
): Made {
  const before = current.published?.value.revision.policy ?? planned.policy;
  const start = withdrawApprovals(transitionFor(catalogue, current, planned), before);
  const reason = restores === null ? (note ?? '') : `revision ${restores} was restored`;
  const steered =
    restores === null
      ? staged.reduce((next, pin) => startPinRollout(next, pin, saltFor(next, pin), by, reason, planned.forced), start)
      : start.rollouts.reduce((next, each) => endRollout(next, each, 'rejected', by, reason), start);
  const back = restores === null ? `revision ${planned.number} moved the pin back` : reason;
  const moved = current.published === null ? steered : followPins(steered, by, back);
  const consequences = summaryOf(published.consequences);
  const revision = { ...planned, consequences, rollouts: [...moved.rollouts] };
  const changed = moved.rollouts.filter((rollout) => !start.rollouts.includes(rollout));
  const isStated = published.changes.length > 0 || restores !== null;
  return {
    writes: [
      revisionWrite(revision),
      publishedWrite(current, revision),
      ...rolloutWrites([...changed, ...moved.ended]),
    ],
    newEvents: [...(isStated ? [policyChanged(revision, published)] : []), ...moved.newEvents],
    rolloutState: moved.rolloutState,
    published: revision,
  };
}

/** The transition from the current state to the planned policy. Before the first policy there is nothing to move. */
function transitionFor(catalogue: Catalogue, current: StateForChange, planned: Revision): Transition {
  const { published, rolloutState, matrix, now } = current;
  const revision = published?.value.revision ?? planned;
  return { ...startTransition({ revision, rolloutState, matrix, catalogue, now }), policy: planned.policy };
}

/** Differs for every rollout, and is the same when the same step is repeated. */
function saltFor({ rolloutState, committed }: Transition, { ring, family }: StagedPin): string {
  return createHash('sha256')
    .update(`${rolloutState.rollouts + 1}\n${ring}\n${family}\n${committed.now}`)
    .digest('hex')
    .slice(0, 16);
}

/** `base` is the revision that an approval would change. */
function proposalFor(
  { by, note, force, atOnce }: ChangeRequest,
  current: StateForChange,
  made: Made,
  { policy, consequences }: WaitingChange,
): PolicyProposal {
  return {
    kind: 'policy',
    number: current.rolloutState.proposals + 1,
    state: 'open',
    policy,
    base: made.published?.number ?? current.published?.value.revision.number ?? 0,
    by,
    at: current.now,
    expiresAt: new Date(Date.parse(current.now) + proposalLifeMs).toISOString(),
    note,
    force,
    atOnce,
    ...toStored(consequences),
    accessRevision: current.accessRevision,
    decidedBy: null,
    decidedAt: null,
    decidedNote: null,
  };
}

/** The decision on the proposal that this change carries out or replaces; null for none. */
function closing({ by, approvedBy, approvalNote }: ChangeRequest, { closes, now }: StateForChange) {
  if (closes === null) return null;
  const decision: ProposalDecision = { state: closes.as, by: approvedBy ?? by, at: now, note: approvalNote };
  return { proposal: closes.proposal, decision };
}

function approvals(closed: ReturnType<typeof closing>): readonly NewEvent[] {
  if (closed?.decision.state !== 'approved') return [];
  return [proposalDecided(closed.proposal.value, { ...closed.decision, state: 'approved' })];
}

function policyChanged(revision: Revision, { changes, pinChanges, consequences }: ChangePlan['published']): NewEvent {
  const { number, at, by, note, restores, forced } = revision;
  const told = { changes: changes.length, pinChanges: [...pinChanges], ...toStored(consequences) };
  return {
    id: `PolicyChanged.policy.${number}.${Date.parse(at)}`,
    kind: 'PolicyChanged',
    subject: 'policy',
    at,
    by,
    data: { revision: number, note, restores, forced, ...told },
  };
}
