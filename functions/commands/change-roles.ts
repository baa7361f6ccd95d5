// Changes the roles. If the policy requires a second person, a change by which somebody may do more becomes a proposal.

import type { Access, Roles } from '../../shared/domain/access/access.ts';
import { changeRoles } from '../../shared/domain/access/decide-access-change.ts';
import { roleDifferences } from '../../shared/domain/access/role-differences.ts';
import { isGlassBroken } from '../../shared/domain/changes/break-glass.ts';
import { proposalLifeMs, type RolesProposal } from '../../shared/domain/changes/proposal.ts';
import { needsSecondPerson } from '../../shared/domain/changes/second-person.ts';
import { type Consequence, describeConsequence } from '../../shared/domain/consequences/consequence.ts';
import { toStored } from '../../shared/domain/consequences/cut-consequences.ts';
import { ok, type Result } from '../../shared/domain/fault.ts';
import type { Stored } from '../../shared/ports.ts';
import { type AccessOutcome, accessDecision, type ChangeAccessPorts } from './change-access.ts';
import { type CurrentState, readCurrentState, rolloutStateWrite } from './current-state.ts';
import { changeProposed, decidedWrite, proposalDecided, proposalWrite } from './proposals/proposal-writes.ts';
import { type Decision, transact } from './transact.ts';

export interface RolesRequest {
  readonly roles: Roles;
  /** The number of the access revision that the author read. */
  readonly expected: number | 'any';
  readonly by: string;
  /** The author's address; null when their role comes from the environment. */
  readonly email: string | null;
  readonly note: string | null;
  /** The proposal that this change carries out or replaces, read again for each attempt; null for none. */
  readonly closes: (() => Promise<Result<ClosedProposal>>) | null;
  /** The second person. Null when nobody has approved the change. */
  readonly approvedBy: string | null;
  /** Why they approved it. */
  readonly approvalNote: string | null;
  readonly dryRun: boolean;
}

export interface ClosedProposal {
  readonly proposal: Stored<RolesProposal>;
  readonly as: 'approved' | 'rebased';
}

export interface RolesOutcome extends AccessOutcome {
  readonly consequences: readonly Consequence[];
  /** Why a second person must approve. Empty when none is needed. A dry run has the change as if one had approved. */
  readonly risks: readonly string[];
  /** The proposal that was made instead of the change, or null. */
  readonly proposal: number | null;
}

interface RolesState extends CurrentState {
  readonly access: Stored<Access> | null;
  readonly closed: ClosedProposal | null;
}

/** Faults: those of `changeRoles` and `closes`, the store's, and `write_conflict`. */
export function changeRolesOfAccess(ports: ChangeAccessPorts, request: RolesRequest): Promise<Result<RolesOutcome>> {
  return transact(
    ports.store,
    () => readForRoles(ports, request),
    (state) => decide(request, state),
    {
      dryRun: request.dryRun,
      async onCommitted({ changed, access }) {
        if (changed && access !== null) ports.onAccess(access);
        await ports.afterCommit();
      },
    },
  );
}

async function readForRoles(
  { store, clock }: ChangeAccessPorts,
  { closes }: RolesRequest,
): Promise<Result<RolesState>> {
  const state = await readCurrentState(store, clock);
  if (!state.ok) return state;
  const access = await store.read('access', 'current');
  if (!access.ok) return access;
  const closed = closes === null ? ok(null) : await closes();
  return closed.ok ? ok({ ...state.value, access: access.value, closed: closed.value }) : closed;
}

function decide(request: RolesRequest, state: RolesState): Result<Decision<RolesOutcome>> {
  const { roles, expected, by, email, note, approvedBy, approvalNote, dryRun } = request;
  const { access, closed, now, published } = state;
  const current = access?.value ?? null;
  const author = { by, note, now: Date.parse(now) };
  const decided = changeRoles({ current, expected, roles, email, ...author });
  if (!decided.ok) return decided;
  const next = decided.value;
  const consequences = roleConsequences(current?.revision.roles ?? null, roles);
  const risks = consequences.filter(({ risk }) => risk === 'raises').map(describeConsequence);
  const isBroken = isGlassBroken(state.rolloutState.breakGlass, now);
  const isRuled = needsSecondPerson(published?.value.revision.policy ?? null);
  const needsTwo = isRuled && !isBroken && approvedBy === null;
  const decision = { by: approvedBy ?? by, at: now, note: approvalNote };
  const closing = closed === null ? [] : [decidedWrite(closed.proposal, { state: closed.as, ...decision })];
  const decisions =
    closed?.as === 'approved' ? [proposalDecided(closed.proposal.value, { state: closed.as, ...decision })] : [];
  const told = { consequences, risks: [], proposal: null };
  if (next === null) return ok({ writes: [], newEvents: [], outcome: { access: current, changed: false, ...told } });
  if (!needsTwo || risks.length === 0) {
    const made = accessDecision(access, next);
    const newEvents = [...made.newEvents, ...decisions];
    return ok({ writes: [...made.writes, ...closing], newEvents, outcome: { access: next, changed: true, ...told } });
  }
  const proposal = proposalFor(request, state, consequences);
  const planned = { access: next, changed: true, consequences, risks, proposal: null };
  return ok({
    writes: [
      proposalWrite(proposal),
      rolloutStateWrite(state, { ...state.rolloutState, proposals: proposal.number }),
      ...closing,
    ],
    newEvents: [changeProposed(proposal, 'proposed', by, now, note)],
    outcome: dryRun ? planned : { access: current, changed: false, consequences, risks, proposal: proposal.number },
  });
}

function roleConsequences(before: Roles | null, after: Roles): readonly Consequence[] {
  return roleDifferences(before, after)
    .map(({ member, from, to, raises }) => ({
      concerns: [member],
      clients: null,
      path: '/role',
      ...(from === null ? {} : { from }),
      ...(to === null ? {} : { to }),
      risk: raises ? ('raises' as const) : ('lowers' as const),
    }))
    .sort((a, b) => Number(b.risk === 'raises') - Number(a.risk === 'raises'));
}

function proposalFor(
  { roles, by, note }: RolesRequest,
  { rolloutState, access, now }: RolesState,
  consequences: readonly Consequence[],
): RolesProposal {
  return {
    kind: 'roles',
    number: rolloutState.proposals + 1,
    state: 'open',
    roles,
    by,
    at: now,
    expiresAt: new Date(Date.parse(now) + proposalLifeMs).toISOString(),
    note,
    ...toStored(consequences),
    accessRevision: access?.value.revision.number ?? 0,
    decidedBy: null,
    decidedAt: null,
    decidedNote: null,
  };
}
