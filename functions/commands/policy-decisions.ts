// The writes and events of a planned policy change: of the next revision, of rollouts that it starts or ends, and of a
// proposal for what must wait.

import { createHash } from 'node:crypto';
import { type PolicyProposal, type Proposal, proposalLifeMs } from '../../shared/domain/changes/proposal.ts';
import type { StagedPin } from '../../shared/domain/changes/staging.ts';
import { toStored } from '../../shared/domain/consequences/consequence.ts';
import type { NewEvent } from '../../shared/domain/events/event.ts';
import type { Catalogue } from '../../shared/domain/models/catalogue.ts';
import { endRollout, startPinRollout } from '../../shared/domain/rollouts/rollout-actions.ts';
import type { RolloutState } from '../../shared/domain/rollouts/rollout-state.ts';
import { startTransition, type Transition } from '../../shared/domain/rollouts/transition.ts';
import { withdrawApprovals } from '../../shared/domain/rollouts/widened-rings.ts';
import type { Revision } from '../../shared/domain/serving/revision.ts';
import { expectOf, numberedId, type Stored, type Write } from '../../shared/ports.ts';
import { publishedWrite, revisionWrite, rolloutStateWrite, rolloutWrites } from './current-state.ts';
import type { ChangePlan, WaitingChange } from './plan-change.ts';
import type { ChangeOutcome, ChangeRequest, StateForChange } from './policy-change.ts';
import type { Decision } from './transact.ts';

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
  return {
    writes: [
      ...made.writes,
      ...(proposal === null ? [] : [proposalWrite(proposal)]),
      ...(rolloutState === current.rolloutState ? [] : [rolloutStateWrite(current, rolloutState)]),
      ...closingWrites(request, current),
    ],
    newEvents: [
      ...made.newEvents,
      ...(proposal === null ? [] : [changeProposed(proposal, 'proposed', request.by, current.now)]),
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

/** Publishes the revision. It starts the rollouts of staged pins. A restore ends all rollouts. */
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
  const moved =
    restores === null
      ? staged.reduce((next, pin) => startPinRollout(next, pin, saltFor(next, pin), by, reason, planned.forced), start)
      : start.rollouts.reduce((next, each) => endRollout(next, each, 'rejected', by, reason), start);
  const revision = { ...planned, rollouts: [...moved.rollouts] };
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
  };
}

function closingWrites({ by, approvedBy }: ChangeRequest, { closes, now }: StateForChange): readonly Write[] {
  return closes === null ? [] : [decidedWrite(closes.proposal, closes.as, approvedBy ?? by, now)];
}

export function proposalWrite(proposal: Proposal): Write {
  return { kind: 'proposal', id: numberedId(proposal.number), expect: 'absent', value: proposal };
}

export function decidedWrite(
  proposal: Stored<Proposal>,
  state: 'approved' | 'rejected' | 'rebased',
  decidedBy: string,
  decidedAt: string,
): Write {
  const value: Proposal = { ...proposal.value, state, decidedBy, decidedAt };
  return { kind: 'proposal', id: proposal.id, expect: expectOf(proposal), value };
}

export function changeProposed(
  { number, kind, consequences, moreConsequences, note }: Proposal,
  decision: 'proposed' | 'rejected',
  by: string,
  at: string,
): NewEvent {
  const data = { proposal: number, kind, decision, consequences, moreConsequences, note };
  const id = `ChangeProposed.${number}.${decision}`;
  return { id, kind: 'ChangeProposed', subject: `proposal-${number}`, at, by, data };
}

function policyChanged(revision: Revision, { changes, pinChanges, consequences }: ChangePlan['published']): NewEvent {
  const { number, at, by, note, restores, forced } = revision;
  const told = { changes: changes.length, pinChanges: [...pinChanges], ...toStored(consequences) };
  return {
    id: `PolicyChanged.policy.${number}`,
    kind: 'PolicyChanged',
    subject: 'policy',
    at,
    by,
    data: { revision: number, note, restores, forced, ...told },
  };
}
