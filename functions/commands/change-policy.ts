// A change of the policy: read what stands, decide purely (amend), commit revision, published document and event in one
// go. The only code that writes a policy that somebody stated. Changes of one instance take turns; another instance's shows
// as a conflict. What raises risk becomes a proposal where a second person is needed.

import type { Matrix } from '../../shared/domain/availability/availability.ts';
import { findUncallablePins } from '../../shared/domain/availability/uncallable-pins.ts';
import { type Amendment, amend } from '../../shared/domain/changes/next-revision.ts';
import { type PinChange, pinChangesBetween } from '../../shared/domain/changes/pin-change.ts';
import type { Proposal } from '../../shared/domain/changes/proposal.ts';
import { risksOf } from '../../shared/domain/changes/risk.ts';
import { fail, ok, type Result } from '../../shared/domain/fault.ts';
import type { Catalogue } from '../../shared/domain/models/catalogue.ts';
import type { Policy } from '../../shared/domain/policy/policy.ts';
import type { RolloutState } from '../../shared/domain/rollouts/upgrade.ts';
import type { Revision } from '../../shared/domain/serving/revision.ts';
import { type Clock, numberedId, type Store, type Stored } from '../../shared/ports.ts';
import type { Snapshot } from '../api/polls/policy-cache.ts';
import { changeWrites, proposalWrites } from './policy-writes.ts';

export interface ChangePorts {
  readonly store: Store;
  readonly snapshot: Snapshot;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  /** Sends out what was committed; never fails, and waits no longer than an admin should. */
  readonly afterCommit: () => Promise<void>;
}

export interface Wish {
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

export interface Outcome extends Omit<Amendment, 'revision'> {
  /** The revision that stands now; with a dry run the one that would. */
  readonly revision: number;
  readonly changed: boolean;
  readonly pinChanges: readonly PinChange[];
  /** What a second person is needed for; empty when nobody is. */
  readonly risks: readonly string[];
  /** The proposal that was made instead of the change. */
  readonly proposal: number | null;
}

export type Change = (wish: Wish) => Promise<Result<Outcome>>;

/** What a change is decided on. */
export interface Known {
  readonly published: Stored<{ readonly revision: Revision }> | null;
  readonly rolloutState: Stored<RolloutState> | null;
  readonly matrix: Matrix | null;
  readonly now: string;
}

/** How often a change is tried again when another instance got in between. */
const mostTries = 8;

export function createChange(ports: ChangePorts): Change {
  let turn: Promise<unknown> = Promise.resolve();
  return function change(wish) {
    const mine = turn.then(() => tryChange(ports, wish, 1));
    turn = mine.catch(() => undefined);
    return mine;
  };
}

async function tryChange(ports: ChangePorts, wish: Wish, attempt: number): Promise<Result<Outcome>> {
  const known = await readKnown(ports);
  if (!known.ok) return known;
  const current = known.value.published?.value.revision ?? null;
  const draft = await wish.draft(current);
  if (!draft.ok) return draft;
  const decided = decide(ports.catalogue, wish, draft.value, known.value);
  if (!decided.ok) return decided;
  const { revision, outcome } = decided.value;
  if (revision === null || wish.dryRun) return ok(outcome);

  const isProposal = outcome.risks.length > 0;
  const writing = isProposal
    ? await proposalWrites(ports.store, known.value, wish, revision, outcome.risks)
    : await changeWrites(ports, known.value, wish, revision, outcome);
  if (!writing.ok) return writing;
  const { writes, proposal } = writing.value;
  const committed = await ports.store.commit(writes);
  if (committed.ok) {
    if (!isProposal) ports.snapshot.adopt({ revision });
    await ports.afterCommit();
    return ok(isProposal ? { ...outcome, revision: current?.number ?? 0, changed: false, proposal } : outcome);
  }
  const isContended = committed.fault.code === 'write_conflict' && attempt < mostTries;
  return isContended ? tryChange(ports, wish, attempt + 1) : committed;
}

async function readKnown({ store, clock }: ChangePorts): Promise<Result<Known>> {
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
  wish: Wish,
  policy: Policy,
  { published, matrix, now }: Known,
): Result<{ readonly revision: Revision | null; readonly outcome: Outcome }> {
  const { expected, by, note, restores, approves } = wish;
  const current = published?.value.revision ?? null;
  const before = current?.policy ?? null;
  const uncallablePins = restores === null ? findUncallablePins(before, policy, matrix) : [];
  const forced = uncallablePins.length > 0 ? wish.force : null;
  const approvedBy = approves?.by ?? null;
  const amended = amend({ current, expected, policy, by, now, note, catalogue, restores, forced, approvedBy, matrix });
  if (!amended.ok) return amended;
  if (uncallablePins.length > 0 && forced === null) return fail({ code: 'model_not_callable', uncallablePins });
  const { revision, changes, findings } = amended.value;
  const day = now.slice(0, 10);
  const needsSecond = before?.secondPerson === true && restores === null && approves === null;
  const outcome: Outcome = {
    revision: revision?.number ?? current?.number ?? 0,
    changed: revision !== null,
    changes,
    pinChanges: revision === null ? [] : pinChangesBetween(before, policy, catalogue, day),
    findings,
    risks: needsSecond && revision !== null ? risksOf(before, policy, forced, catalogue, day) : [],
    proposal: null,
  };
  return ok({ revision, outcome });
}

/** The content of an old revision as a draft, for a restore. Faults: `revision_unknown`. */
export async function draftOfRevision(store: Store, number: number, newest: number): Promise<Result<Policy>> {
  const revision = await store.read('revision', numberedId(number));
  if (!revision.ok) return revision;
  return revision.value === null
    ? fail({ code: 'revision_unknown', revision: number, newest })
    : ok(revision.value.value.policy);
}
