// The writes and events of a planned policy change: of the next revision, or of a proposal for it.

import type { Proposal } from '../../shared/domain/changes/proposal.ts';
import type { NewEvent } from '../../shared/domain/events/event.ts';
import type { Catalogue } from '../../shared/domain/models/catalogue.ts';
import { endRollout } from '../../shared/domain/rollouts/rollout-actions.ts';
import { startTransition, type Transition } from '../../shared/domain/rollouts/transition.ts';
import type { Revision } from '../../shared/domain/serving/revision.ts';
import { expectOf, numberedId, type Stored, type Write } from '../../shared/ports.ts';
import { publishedWrite, revisionWrite, rolloutStateWrite, rolloutWrites } from './current-state.ts';
import type { ChangeOutcome, ChangeRequest, ChangeResult, StateForChange } from './policy-change.ts';
import type { Decision } from './transact.ts';

/** Publishes the revision. A restore also ends rollouts, and an approved proposal is closed. */
export function decideRevision(
  catalogue: Catalogue,
  { by, restores, approvedBy }: ChangeRequest,
  current: StateForChange,
  revision: Revision,
  result: ChangeResult,
): Decision<ChangeOutcome> {
  const { rolloutState, ended, newEvents } =
    restores === null ? { ...current, ended: [], newEvents: [] } : endRollouts(catalogue, current, revision, by);
  const { proposal } = current;
  return {
    writes: [
      revisionWrite(revision),
      publishedWrite(current, revision),
      ...rolloutWrites(ended),
      ...(ended.length === 0 ? [] : [rolloutStateWrite(current, rolloutState)]),
      ...(proposal === null ? [] : [decidedWrite(proposal, 'approved', approvedBy ?? by, current.now)]),
    ],
    newEvents: [policyChanged(revision, result), ...newEvents],
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
  };
  return {
    writes: [
      { kind: 'proposal', id: numberedId(proposal.number), expect: 'absent', value: proposal },
      rolloutStateWrite(current, { ...current.rolloutState, proposals: proposal.number }),
    ],
    newEvents: [changeProposed(proposal, 'proposed', by, current.now)],
    outcome: {
      result: { ...result, revision: number - 1, changed: false, proposal: proposal.number },
      published: null,
    },
  };
}

export function decidedWrite(
  proposal: Stored<Proposal>,
  state: 'approved' | 'rejected',
  decidedBy: string,
  decidedAt: string,
): Write {
  const value: Proposal = { ...proposal.value, state, decidedBy, decidedAt };
  return { kind: 'proposal', id: proposal.id, expect: expectOf(proposal), value };
}

export function changeProposed(
  { number, risks, note }: Proposal,
  decision: 'proposed' | 'rejected',
  by: string,
  at: string,
): NewEvent {
  const data = { proposal: number, decision, risks: [...risks], note };
  const id = `ChangeProposed.${number}.${decision}`;
  return { id, kind: 'ChangeProposed', subject: `proposal-${number}`, at, by, data };
}

/** A restore ends every rollout, because it brings back an earlier policy for all machines. */
function endRollouts(
  catalogue: Catalogue,
  current: StateForChange,
  { number, restores, policy }: Revision,
  by: string,
): Transition {
  const { published, rolloutState, matrix, now } = current;
  const before = published?.value.revision;
  if (before === undefined) throw new Error(`revision ${number} restores one although there is none`);
  const reason = `revision ${restores} was restored`;
  const transition = { ...startTransition({ revision: before, rolloutState, matrix, catalogue, now }), policy };
  return before.rollouts.reduce((next, rollout) => endRollout(next, rollout, 'rejected', by, reason), transition);
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
