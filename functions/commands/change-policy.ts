// Changes the policy: a change makes a revision and publishes it. If the policy requires a second person, a change that
// raises risk becomes a proposal instead. Changes of one instance run one after another, so that they don't conflict.

import { findUncallablePins } from '../../shared/domain/availability/uncallable-pins.ts';
import { checkWriter, managedFinding, withManagement } from '../../shared/domain/changes/check-writer.ts';
import { nextRevision } from '../../shared/domain/changes/next-revision.ts';
import { pinChangesBetween } from '../../shared/domain/changes/pin-change.ts';
import { risksOf } from '../../shared/domain/changes/risk.ts';
import { needsSecondPerson } from '../../shared/domain/changes/second-person.ts';
import { fail, ok, type Result } from '../../shared/domain/fault.ts';
import type { Catalogue } from '../../shared/domain/models/catalogue.ts';
import type { Revision } from '../../shared/domain/serving/revision.ts';
import { numberedId, type Store } from '../../shared/ports.ts';
import type { CommandPorts } from './command-ports.ts';
import { readCurrentState } from './current-state.ts';
import type { ChangeOutcome, ChangeRequest, ChangeResult, Draft, StateForChange } from './policy-change.ts';
import { decideProposal, decideRevision } from './policy-decisions.ts';
import { type Decision, transact } from './transact.ts';

export type ChangePolicy = (request: ChangeRequest) => Promise<Result<ChangeResult>>;

export function createChangePolicy(ports: CommandPorts): ChangePolicy {
  let queue: Promise<unknown> = Promise.resolve();
  return function changePolicy(request) {
    const change = queue.then(() => changeOnce(ports, request));
    queue = change.catch(() => undefined);
    return change;
  };
}

/** The content of an old revision, for a restore. Faults: `revision_unknown`. */
export async function draftOfRevision(store: Store, number: number, current: Revision | null): Promise<Result<Draft>> {
  const revision = await store.read('revision', numberedId(number));
  if (!revision.ok) return revision;
  if (revision.value !== null) {
    const policy = withManagement(revision.value.value.policy, current?.policy ?? null);
    return ok({ policy, proposal: null });
  }
  return fail({ code: 'revision_unknown', revision: number, newest: current?.number ?? 0 });
}

async function changeOnce(ports: CommandPorts, request: ChangeRequest): Promise<Result<ChangeResult>> {
  const outcome = await transact(
    ports.store,
    () => readForChange(ports, request),
    (current) => decide(ports.catalogue, request, current),
  );
  if (!outcome.ok) return outcome;
  const { result, published } = outcome.value;
  if (published !== null) ports.onPublished({ revision: published });
  if (published !== null || result.proposal !== null) await ports.afterCommit();
  return ok(result);
}

async function readForChange({ store, clock }: CommandPorts, request: ChangeRequest): Promise<Result<StateForChange>> {
  const state = await readCurrentState(store, clock);
  if (!state.ok) return state;
  const draft = await request.draft(state.value.published?.value.revision ?? null);
  return draft.ok ? ok({ ...state.value, ...draft.value }) : draft;
}

function decide(
  catalogue: Catalogue,
  request: ChangeRequest,
  current: StateForChange,
): Result<Decision<ChangeOutcome>> {
  const planned = planChange(catalogue, request, current);
  if (!planned.ok) return planned;
  const { revision, result } = planned.value;
  if (revision === null || request.dryRun)
    return ok({ writes: [], newEvents: [], outcome: { result, published: null } });
  return ok(
    result.risks.length > 0
      ? decideProposal(request, current, revision, result)
      : decideRevision(catalogue, request, current, revision, result),
  );
}

/**
 * A restore needs no callable pins and no second person. Faults: those of `nextRevision`, `model_not_callable`, and
 * `policy_managed`, which a dry run shows as a finding.
 */
function planChange(
  catalogue: Catalogue,
  request: ChangeRequest,
  { published, matrix, now, policy }: StateForChange,
): Result<{ readonly revision: Revision | null; readonly result: ChangeResult }> {
  const { expected, by, note, restores, approvedBy } = request;
  const current = published?.value.revision ?? null;
  const before = current?.policy ?? null;
  const uncallablePins = restores === null ? findUncallablePins(before, policy, matrix) : [];
  const forced = uncallablePins.length > 0 ? request.force : null;
  const input = { current, expected, policy, by, now, note, catalogue, restores, forced, approvedBy, matrix };
  const planned = nextRevision(input);
  if (!planned.ok) return planned;
  if (uncallablePins.length > 0 && forced === null) return fail({ code: 'model_not_callable', uncallablePins });
  const { revision, changes, findings } = planned.value;
  const day = now.slice(0, 10);
  const raisesRisk = () => risksOf(before, policy, forced, catalogue, day).length > 0;
  const writer = revision === null ? ok(null) : checkWriter(before, policy, request, raisesRisk);
  if (!writer.ok && !request.dryRun) return writer;
  const needsRisks = needsSecondPerson(before) && restores === null && approvedBy === null && revision !== null;
  const result: ChangeResult = {
    revision: revision?.number ?? current?.number ?? 0,
    changed: revision !== null,
    changes,
    pinChanges: revision === null ? [] : pinChangesBetween(before, policy, catalogue, day),
    findings: writer.ok || before?.managedBy === undefined ? findings : [...findings, managedFinding(before.managedBy)],
    risks: needsRisks ? risksOf(before, policy, forced, catalogue, day) : [],
    proposal: null,
  };
  return ok({ revision, result });
}
