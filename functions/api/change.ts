// A change of the policy: read what stands, decide purely (amend), commit revision, published document and event in one
// go. The only code that writes a policy. Changes of one instance take turns; another instance's shows as a conflict.

import { type Amendment, amend } from '../../shared/domain/amend.ts';
import type { Catalogue } from '../../shared/domain/catalogue.ts';
import type { Published } from '../../shared/domain/documents.ts';
import { type Effect, effectsOf } from '../../shared/domain/effects.ts';
import { appendEvent, emptyJournal, type Journal } from '../../shared/domain/event.ts';
import { fail, ok, type Result } from '../../shared/domain/fault.ts';
import { findUnproven, type Unproven } from '../../shared/domain/gate.ts';
import type { Policy } from '../../shared/domain/policy.ts';
import type { Revision } from '../../shared/domain/revision.ts';
import { type Clock, expectOf, numberedId, type Store, type Stored, type Write } from '../../shared/ports.ts';
import type { Snapshot } from './snapshot.ts';

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
}

export interface Outcome extends Omit<Amendment, 'revision'> {
  /** The revision that stands now; with a dry run the one that would. */
  readonly revision: number;
  readonly changed: boolean;
  readonly effects: readonly Effect[];
}

export type Change = (wish: Wish) => Promise<Result<Outcome>>;

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
  const { store, catalogue } = ports;
  const published = await store.read('published', 'current');
  if (!published.ok) return published;
  const current = published.value?.value.revision ?? null;
  const draft = await wish.draft(current);
  if (!draft.ok) return draft;
  const now = new Date(ports.clock()).toISOString();
  const unproven = await findUnprovenIn(store, current?.policy ?? null, draft.value, wish);
  if (!unproven.ok) return unproven;
  const isForced = unproven.value.length > 0 && wish.force !== null;
  const { expected, by, note, restores } = wish;
  const forced = isForced ? wish.force : null;
  const amended = amend({ current, expected, policy: draft.value, by, now, note, catalogue, restores, forced });
  if (!amended.ok) return amended;
  if (unproven.value.length > 0 && !isForced) return fail({ code: 'model_not_callable', unproven: unproven.value });
  const { revision, changes, findings } = amended.value;
  const effects =
    revision === null ? [] : effectsOf(current?.policy ?? null, revision.policy, catalogue, now.slice(0, 10));
  const outcome = {
    revision: revision?.number ?? current?.number ?? 0,
    changed: revision !== null,
    changes,
    effects,
    findings,
  };
  if (revision === null || wish.dryRun) return ok(outcome);

  const committed = await commit(store, published.value, revision, outcome);
  if (committed.ok) {
    ports.snapshot.adopt({ revision });
    await ports.afterCommit();
    return ok(outcome);
  }
  const isContended = committed.fault.code === 'write_conflict' && attempt < mostTries;
  return isContended ? tryChange(ports, wish, attempt + 1) : committed;
}

/** What once stood may always be restored; whether it is callable by now, the probe tells. */
async function findUnprovenIn(
  store: Store,
  before: Policy | null,
  after: Policy,
  { restores }: Wish,
): Promise<Result<readonly Unproven[]>> {
  if (restores !== null) return ok([]);
  const matrix = await store.read('matrix', 'current');
  return matrix.ok ? ok(findUnproven(before, after, matrix.value?.value ?? null)) : matrix;
}

async function commit(
  store: Store,
  published: Stored<Published> | null,
  revision: Revision,
  outcome: Outcome,
): Promise<Result<null>> {
  const journal = await store.read('journal', 'current');
  if (!journal.ok) return journal;
  const { event, journal: end } = appendEvent(journal.value?.value ?? emptyJournal, {
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
      changes: outcome.changes.length,
      effects: [...outcome.effects],
    },
  });
  return store.commit([
    { kind: 'revision', id: numberedId(revision.number), expect: 'absent', value: revision },
    { kind: 'published', id: 'current', expect: expectOf(published), value: { revision } },
    { kind: 'event', id: numberedId(event.seq), expect: 'absent', value: event },
    { kind: 'outbox', id: numberedId(event.seq), expect: 'absent', value: event },
    moveJournal(journal.value, end),
  ]);
}

function moveJournal(read: Stored<Journal> | null, end: Journal): Write {
  return { kind: 'journal', id: 'current', expect: expectOf(read), value: end };
}

/** The content of an old revision as a draft, for a restore. Faults: `revision_unknown`. */
export async function draftOfRevision(store: Store, number: number, newest: number): Promise<Result<Policy>> {
  const revision = await store.read('revision', numberedId(number));
  if (!revision.ok) return revision;
  return revision.value === null
    ? fail({ code: 'revision_unknown', revision: number, newest })
    : ok(revision.value.value.policy);
}
