// The writes and events of a proposal: when it is made, and when it is decided.

import type { Proposal } from '../../../shared/domain/changes/proposal.ts';
import type { NewEvent } from '../../../shared/domain/events/event.ts';
import { expectOf, numberedId, type Stored, type Write } from '../../../shared/ports.ts';

/** The decision on a proposal. */
export interface ProposalDecision {
  readonly state: 'approved' | 'rejected' | 'rebased';
  readonly by: string;
  readonly at: string;
  readonly note: string | null;
}

export function proposalWrite(proposal: Proposal): Write {
  return { kind: 'proposal', id: numberedId(proposal.number), expect: 'absent', value: proposal };
}

export function decided(proposal: Proposal, { state, by, at, note }: ProposalDecision): Proposal {
  return { ...proposal, state, decidedBy: by, decidedAt: at, decidedNote: note };
}

export function decidedWrite(proposal: Stored<Proposal>, decision: ProposalDecision): Write {
  return { kind: 'proposal', id: proposal.id, expect: expectOf(proposal), value: decided(proposal.value, decision) };
}

/** The event of an approval or a rejection. A rebased proposal is told as the new one. */
export function proposalDecided(
  proposal: Proposal,
  { state, by, at, note }: ProposalDecision & { readonly state: 'approved' | 'rejected' },
): NewEvent {
  return changeProposed(proposal, state, by, at, note);
}

export function changeProposed(
  { number, kind, consequences, moreConsequences, moreRaising = 0 }: Proposal,
  decision: 'proposed' | 'approved' | 'rejected',
  by: string,
  at: string,
  note: string | null,
): NewEvent {
  const data = { proposal: number, kind, decision, consequences, moreConsequences, moreRaising, note };
  const id = `ChangeProposed.${number}.${decision}.${Date.parse(at)}`;
  return { id, kind: 'ChangeProposed', subject: `proposal-${number}`, at, by, data };
}
