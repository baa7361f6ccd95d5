// The writes and events of a planned policy change: of the next revision, or of a proposal for it.

import type { Proposal } from '../../shared/domain/changes/proposal.ts';
import type { NewEvent } from '../../shared/domain/events/event.ts';
import type { Catalogue } from '../../shared/domain/models/catalogue.ts';
import { followPins } from '../../shared/domain/rollouts/reopen.ts';
import { endRollout } from '../../shared/domain/rollouts/rollout-actions.ts';
import { startTransition, type Transition } from '../../shared/domain/rollouts/transition.ts';
import type { Revision } from '../../shared/domain/serving/revision.ts';
import { expectOf, numberedId, type Stored, type Write } from '../../shared/ports.ts';
import { publishedWrite, revisionWrite, rolloutStateWrite, rolloutWrites } from './current-state.ts';
import type { ChangeOutcome, ChangeRequest, ChangeResult, StateForChange } from './policy-change.ts';
import type { Decision } from './transact.ts';

/** Publishes the revision. Upgrades follow it, a restore ends rollouts, and an approved proposal is closed. */
export function decideRevision(
  catalogue: Catalogue,
  { by, approvedBy, approvalNote = null }: ChangeRequest,
  current: StateForChange,
  revision: Revision,
  result: ChangeResult,
): Decision<ChangeOutcome> {
  const followed = followRevision(catalogue, current, revision, by);
  const rolloutState = followed?.rolloutState ?? current.rolloutState;
  const { proposal } = current;
  const approval = { state: 'approved', by: approvedBy ?? by, at: current.now, note: approvalNote } as const;
  return {
    writes: [
      revisionWrite(revision),
      publishedWrite(current, revision),
      ...rolloutWrites(followed?.ended ?? []),
      ...(rolloutState === current.rolloutState ? [] : [rolloutStateWrite(current, rolloutState)]),
      ...(proposal === null ? [] : [decidedWrite(proposal, approval)]),
    ],
    newEvents: [
      policyChanged(revision, result),
      ...(followed?.newEvents ?? []),
      ...(proposal === null ? [] : [proposalDecided(proposal.value, approval)]),
    ],
    outcome: { result, published: revision },
  };
}

/** Stores a proposal instead of the revision that an approval would make. */
export function decideProposal(
  { by, note, force }: ChangeRequest,
  current: StateForChange,
  { policy, number }: Revision,
  result: ChangeResult,
): Decision<ChangeOutcome> {
  const proposal: Proposal = {
    number: current.rolloutState.proposals + 1,
    state: 'open',
    policy,
    base: number - 1,
    by,
    at: current.now,
    note,
    force,
    risks: result.risks.map((risk) => risk.slice(0, 500)),
    decidedBy: null,
    decidedAt: null,
    decidedNote: null,
  };
  return {
    writes: [
      { kind: 'proposal', id: numberedId(proposal.number), expect: 'absent', value: proposal },
      rolloutStateWrite(current, { ...current.rolloutState, proposals: proposal.number }),
    ],
    newEvents: [changeProposed(proposal, 'proposed', by, current.now, note)],
    outcome: {
      result: { ...result, revision: number - 1, changed: false, proposal: proposal.number },
      published: null,
    },
  };
}

/** The decision on a proposal. */
export interface ProposalDecision {
  readonly state: 'approved' | 'rejected';
  readonly by: string;
  readonly at: string;
  readonly note: string | null;
}

export function decided(proposal: Proposal, { state, by, at, note }: ProposalDecision): Proposal {
  return { ...proposal, state, decidedBy: by, decidedAt: at, decidedNote: note };
}

export function decidedWrite(proposal: Stored<Proposal>, decision: ProposalDecision): Write {
  return { kind: 'proposal', id: proposal.id, expect: expectOf(proposal), value: decided(proposal.value, decision) };
}

export function proposalDecided(proposal: Proposal, { state, by, at, note }: ProposalDecision): NewEvent {
  return changeProposed(proposal, state, by, at, note);
}

function changeProposed(
  { number, risks }: Proposal,
  decision: 'proposed' | ProposalDecision['state'],
  by: string,
  at: string,
  note: string | null,
): NewEvent {
  const data = { proposal: number, decision, risks: [...risks], note };
  const id = `ChangeProposed.${number}.${decision}`;
  return { id, kind: 'ChangeProposed', subject: `proposal-${number}`, at, by, data };
}

/** Upgrades follow the pins of the new policy. A restore also ends every rollout. Null for the first policy. */
function followRevision(
  catalogue: Catalogue,
  { published, rolloutState, matrix, now }: StateForChange,
  { restores, policy, number }: Revision,
  by: string,
): Transition | null {
  if (published === null) return null;
  const { revision } = published.value;
  const reason = restores === null ? `revision ${number} moved the pin back` : `revision ${restores} was restored`;
  const transition = { ...startTransition({ revision, rolloutState, matrix, catalogue, now }), policy };
  const ended = (restores === null ? [] : revision.rollouts).reduce(
    (next, rollout) => endRollout(next, rollout, 'rejected', by, reason),
    transition,
  );
  return followPins(ended, by, reason);
}

function policyChanged(revision: Revision, { changes, pinChanges }: ChangeResult): NewEvent {
  const { number, at, by, note, restores, forced } = revision;
  return {
    id: `PolicyChanged.policy.${number}`,
    kind: 'PolicyChanged',
    subject: 'policy',
    at,
    by,
    data: { revision: number, note, restores, forced, changes: changes.length, pinChanges: [...pinChanges] },
  };
}
