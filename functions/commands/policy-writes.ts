// What a change commits: a revision with its event, or the proposal of one. Called by change.ts.

import type { Proposal } from '../../shared/domain/changes/proposal.ts';
import type { NewEvent } from '../../shared/domain/events/event.ts';
import { ok, type Result } from '../../shared/domain/fault.ts';
import { endRollout } from '../../shared/domain/rollouts/rollout-actions.ts';
import { startTransition, type Transition } from '../../shared/domain/rollouts/transition.ts';
import { emptyRolloutState } from '../../shared/domain/rollouts/upgrade.ts';
import type { Revision } from '../../shared/domain/serving/revision.ts';
import { expectOf, numberedId, type Store, type Stored, type Write } from '../../shared/ports.ts';
import type { ChangePorts, ChangeRequest, ChangeResult, CurrentState } from './change-policy.ts';
import { eventWrites } from './event-writes.ts';
import { revisionWrites } from './move-rollouts.ts';

export interface Writing {
  readonly writes: readonly Write[];
  /** The number of the proposal, if it is one. */
  readonly proposal: number | null;
}

export async function changeWrites(
  { store, catalogue }: ChangePorts,
  known: CurrentState,
  request: ChangeRequest,
  revision: Revision,
  result: ChangeResult,
): Promise<Result<Writing>> {
  const { published, rolloutState, matrix, now } = known;
  const committed = { revision, rolloutState: rolloutState?.value ?? emptyRolloutState, matrix, catalogue, now };
  const ended = endAll(startTransition(committed), published?.value.revision ?? null, request);
  const changed: NewEvent = {
    id: `PolicyChanged.policy.${revision.number}`,
    kind: 'PolicyChanged',
    subject: 'policy',
    at: revision.at,
    by: revision.by,
    data: {
      revision: revision.number,
      note: revision.note,
      restores: revision.restores,
      forced: revision.forced,
      changes: result.changes.length,
      pinChanges: [...result.pinChanges],
    },
  };
  const recorded = await eventWrites(store, [changed, ...ended.newEvents]);
  if (!recorded.ok) return recorded;
  const writes: Write[] = [
    ...revisionWrites({ revision, rollouts: ended.ended }),
    { kind: 'published', id: 'current', expect: expectOf(published), value: { revision } },
    ...(ended.ended.length === 0 ? [] : [rolloutStateWrite(known, ended.rolloutState)]),
    ...(request.approves === null
      ? []
      : [decidedWrite(request.approves.proposal, 'approved', request.approves.by, now)]),
    ...recorded.value,
  ];
  return ok({ writes, proposal: null });
}

export async function proposalWrites(
  store: Store,
  known: CurrentState,
  { by, note, force }: ChangeRequest,
  { policy, number: next }: Revision,
  risks: readonly string[],
): Promise<Result<Writing>> {
  const rolloutState = known.rolloutState?.value ?? emptyRolloutState;
  const number = rolloutState.proposals + 1;
  const at = known.now;
  const proposal: Proposal = {
    number,
    state: 'open',
    policy,
    base: next - 1,
    by,
    at,
    note,
    force,
    risks: risks.map((risk) => risk.slice(0, 500)),
    decidedBy: null,
    decidedAt: null,
  };
  const recorded = await eventWrites(store, [proposalEvent(proposal, 'proposed', by, at)]);
  if (!recorded.ok) return recorded;
  const writes: Write[] = [
    { kind: 'proposal', id: numberedId(number), expect: 'absent', value: proposal },
    rolloutStateWrite(known, { ...rolloutState, proposals: number }),
    ...recorded.value,
  ];
  return ok({ writes, proposal: number });
}

export function proposalEvent(
  { number, risks, note }: Proposal,
  decision: 'proposed' | 'rejected',
  by: string,
  at: string,
): NewEvent {
  const data = { proposal: number, decision, risks: [...risks], note };
  const id = `ChangeProposed.${number}.${decision}`;
  return { id, kind: 'ChangeProposed', subject: `proposal-${number}`, at, by, data };
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

/** A restore ends every rollout: it brings back what was served before. */
function endAll(transition: Transition, before: Revision | null, { by, restores }: ChangeRequest): Transition {
  if (restores === null || before === null) return transition;
  const begun: Transition = {
    ...transition,
    committed: { ...transition.committed, revision: before },
    rollouts: before.rollouts,
  };
  const reason = `revision ${restores} was restored`;
  return before.rollouts.reduce((next, rollout) => endRollout(next, rollout, 'rejected', by, reason), begun);
}

function rolloutStateWrite(
  { rolloutState }: CurrentState,
  value: NonNullable<CurrentState['rolloutState']>['value'],
): Write {
  return { kind: 'rolloutState', id: 'current', expect: expectOf(rolloutState), value };
}
