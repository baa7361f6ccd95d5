// Changes the policy: a change makes a revision and publishes it. If the policy requires a second person, a change that
// raises risk becomes a proposal instead. Changes of one instance run one after another, so that they don't conflict.

import { withManagement } from '../../../shared/domain/changes/check-writer.ts';
import { needsSecondPerson } from '../../../shared/domain/changes/second-person.ts';
import { fail, ok, type Result } from '../../../shared/domain/fault.ts';
import type { Revision } from '../../../shared/domain/serving/revision.ts';
import { numberedId, type Store } from '../../../shared/ports.ts';
import type { CommandPorts } from '../command-ports.ts';
import { readCurrentState } from '../current-state.ts';
import { type Decision, transact } from '../transact.ts';
import { planChange } from './plan-change.ts';
import type { ChangeOutcome, ChangeRequest, ChangeResult, Draft, StateForChange } from './policy-change.ts';
import { decideChange } from './publish-policy.ts';

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
  const revision = await readRevision(store, number, current);
  if (!revision.ok) return revision;
  return ok({ policy: withManagement(revision.value.policy, current?.policy ?? null), closes: null });
}

/** Faults: `revision_unknown`. */
export async function readRevision(store: Store, number: number, current: Revision | null): Promise<Result<Revision>> {
  const revision = await store.read('revision', numberedId(number));
  if (!revision.ok) return revision;
  if (revision.value !== null) return ok(revision.value.value);
  return fail({ code: 'revision_unknown', revision: number, newest: current?.number ?? 0 });
}

async function changeOnce(ports: CommandPorts, request: ChangeRequest): Promise<Result<ChangeResult>> {
  const outcome = await transact(
    ports.store,
    () => readForChange(ports, request),
    (current) => decide(ports, request, current),
    {
      dryRun: request.dryRun,
      async onCommitted({ published }) {
        if (published !== null) ports.onPublished({ revision: published });
        await ports.afterCommit();
      },
    },
  );
  return outcome.ok ? ok(outcome.value.result) : outcome;
}

async function readForChange(ports: CommandPorts, request: ChangeRequest): Promise<Result<StateForChange>> {
  const { store, clock, firstOwners } = ports;
  const state = await readCurrentState(store, clock);
  if (!state.ok) return state;
  const current = state.value.published?.value.revision ?? null;
  const draft = await request.draft(current);
  if (!draft.ok) return draft;
  const needsTwo = needsSecondPerson(current?.policy ?? null);
  const access = needsTwo || needsSecondPerson(draft.value.policy) ? await store.read('access', 'current') : ok(null);
  if (!access.ok) return access;
  const earlier = needsTwo && request.restores !== null ? await readEarlier(store, current) : ok([]);
  if (!earlier.ok) return earlier;
  const { number: accessRevision = 0, roles = null } = access.value?.value.revision ?? {};
  const membership = { roles, firstOwners };
  return ok({ ...state.value, ...draft.value, accessRevision, membership, earlier: earlier.value });
}

const maxEarlier = 100;

/** Newest first. What was served longer ago than these revisions doesn't come back without a second person. */
async function readEarlier(store: Store, current: Revision | null): Promise<Result<readonly Revision[]>> {
  const after = numberedId(current?.number ?? 0);
  const page = await store.list('revision', { order: 'descending', limit: maxEarlier, after });
  return page.ok ? ok(page.value.map(({ value }) => value)) : page;
}

function decide(
  { catalogue }: CommandPorts,
  request: ChangeRequest,
  current: StateForChange,
): Result<Decision<ChangeOutcome>> {
  const planned = planChange(catalogue, request, current);
  if (!planned.ok) return planned;
  const { revision, waiting, result } = planned.value;
  const asPlanned = { result, published: null };
  if (revision === null && waiting === null) return ok({ writes: [], newEvents: [], outcome: asPlanned });
  const decision = decideChange(catalogue, request, current, planned.value);
  return ok(request.dryRun ? { ...decision, outcome: asPlanned } : decision);
}
