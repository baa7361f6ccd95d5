// A change of the policy: read what stands, decide purely (amend), commit revision, published document and event in one
// go. The only code that writes a policy that somebody stated. Changes of one instance take turns; another instance's shows
// as a conflict. What raises risk becomes a proposal where a second person is needed.

import type { Matrix } from '../../shared/domain/availability/availability.ts';
import { findUncallablePins } from '../../shared/domain/availability/uncallable-pins.ts';
import { nextRevision, type RevisionPlan } from '../../shared/domain/changes/next-revision.ts';
import { type PinChange, pinChangesBetween } from '../../shared/domain/changes/pin-change.ts';
import type { Proposal } from '../../shared/domain/changes/proposal.ts';
import { risksOf } from '../../shared/domain/changes/risk.ts';
import { fail, ok, type Result } from '../../shared/domain/fault.ts';
import type { Catalogue } from '../../shared/domain/models/catalogue.ts';
import type { Policy } from '../../shared/domain/policy/policy.ts';
import type { RolloutState } from '../../shared/domain/rollouts/upgrade.ts';
import type { Revision } from '../../shared/domain/serving/revision.ts';
import { type Clock, numberedId, type Store, type Stored } from '../../shared/ports.ts';
import type { PolicyCache } from '../api/polls/policy-cache.ts';
import { changeWrites, proposalWrites } from './policy-writes.ts';

export interface ChangePorts {
  readonly store: Store;
  readonly policyCache: PolicyCache;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  /** Sends out what was committed; never fails, and waits no longer than an admin should. */
  readonly afterCommit: () => Promise<void>;
}

export interface ChangeRequest {
  /** The policy wanted, given the revision that stands. */
  readonly draft: (current: Revision | null) => Result<Policy> | Promise<Result<Policy>>;
  readonly expected: number | 'any';
  readonly by: string;
  readonly note: string | null;
  readonly restores: number | null;
  /** Passes the gate, with this reason. */
  readonly force: string | null;
  readonly dryRun: boolean;
  /** The proposal that a second person approves by this change, and who that is. */
  readonly approves: { readonly proposal: Stored<Proposal>; readonly by: string } | null;
}

export interface ChangeResult extends Omit<RevisionPlan, 'revision'> {
  /** The revision that stands now; with a dry run the one that would. */
  readonly revision: number;
  readonly changed: boolean;
  readonly pinChanges: readonly PinChange[];
  /** What a second person is needed for; empty when nobody is. */
  readonly risks: readonly string[];
  /** The proposal that was made instead of the change. */
  readonly proposal: number | null;
}

export type Change = (request: ChangeRequest) => Promise<Result<ChangeResult>>;

/** What a change is decided on. */
export interface CurrentState {
  readonly published: Stored<{ readonly revision: Revision }> | null;
  readonly rolloutState: Stored<RolloutState> | null;
  readonly matrix: Matrix | null;
  readonly now: string;
}

/** How often a change is tried again when another instance got in between. */
const maxAttempts = 8;

export function createChange(ports: ChangePorts): Change {
  let turn: Promise<unknown> = Promise.resolve();
  return function change(request) {
    const mine = turn.then(() => tryChange(ports, request, 1));
    turn = mine.catch(() => undefined);
    return mine;
  };
}

async function tryChange(ports: ChangePorts, request: ChangeRequest, attempt: number): Promise<Result<ChangeResult>> {
  const known = await readKnown(ports);
  if (!known.ok) return known;
  const current = known.value.published?.value.revision ?? null;
  const draft = await request.draft(current);
  if (!draft.ok) return draft;
  const decided = decide(ports.catalogue, request, draft.value, known.value);
  if (!decided.ok) return decided;
  const { revision, result } = decided.value;
  if (revision === null || request.dryRun) return ok(result);

  const isProposal = result.risks.length > 0;
  const writing = isProposal
    ? await proposalWrites(ports.store, known.value, request, revision, result.risks)
    : await changeWrites(ports, known.value, request, revision, result);
  if (!writing.ok) return writing;
  const { writes, proposal } = writing.value;
  const committed = await ports.store.commit(writes);
  if (committed.ok) {
    if (!isProposal) ports.policyCache.adopt({ revision });
    await ports.afterCommit();
    return ok(isProposal ? { ...result, revision: current?.number ?? 0, changed: false, proposal } : result);
  }
  const isContended = committed.fault.code === 'write_conflict' && attempt < maxAttempts;
  return isContended ? tryChange(ports, request, attempt + 1) : committed;
}

async function readKnown({ store, clock }: ChangePorts): Promise<Result<CurrentState>> {
  const published = await store.read('published', 'current');
  if (!published.ok) return published;
  const rolloutState = await store.read('rolloutState', 'current');
  if (!rolloutState.ok) return rolloutState;
  const matrix = await store.read('matrix', 'current');
  if (!matrix.ok) return matrix;
  const now = new Date(clock()).toISOString();
  return ok({ published: published.value, rolloutState: rolloutState.value, matrix: matrix.value?.value ?? null, now });
}

/** What once stood may always be restored, without gate or second person; whether it is callable, the probe tells. */
function decide(
  catalogue: Catalogue,
  request: ChangeRequest,
  policy: Policy,
  { published, matrix, now }: CurrentState,
): Result<{ readonly revision: Revision | null; readonly result: ChangeResult }> {
  const { expected, by, note, restores, approves } = request;
  const current = published?.value.revision ?? null;
  const before = current?.policy ?? null;
  const uncallablePins = restores === null ? findUncallablePins(before, policy, matrix) : [];
  const forced = uncallablePins.length > 0 ? request.force : null;
  const approvedBy = approves?.by ?? null;
  const planned = nextRevision({
    current,
    expected,
    policy,
    by,
    now,
    note,
    catalogue,
    restores,
    forced,
    approvedBy,
    matrix,
  });
  if (!planned.ok) return planned;
  if (uncallablePins.length > 0 && forced === null) return fail({ code: 'model_not_callable', uncallablePins });
  const { revision, changes, findings } = planned.value;
  const day = now.slice(0, 10);
  const needsSecond = before?.secondPerson === true && restores === null && approves === null;
  const result: ChangeResult = {
    revision: revision?.number ?? current?.number ?? 0,
    changed: revision !== null,
    changes,
    pinChanges: revision === null ? [] : pinChangesBetween(before, policy, catalogue, day),
    findings,
    risks: needsSecond && revision !== null ? risksOf(before, policy, forced, catalogue, day) : [],
    proposal: null,
  };
  return ok({ revision, result });
}

/** The content of an old revision as a draft, for a restore. Faults: `revision_unknown`. */
export async function draftOfRevision(store: Store, number: number, newest: number): Promise<Result<Policy>> {
  const revision = await store.read('revision', numberedId(number));
  if (!revision.ok) return revision;
  return revision.value === null
    ? fail({ code: 'revision_unknown', revision: number, newest })
    : ok(revision.value.value.policy);
}
