// Plans a change of the policy: what would be published, what reaches its ring by stages, and what waits for a second
// person. Pure: a dry run shows the plan, and a change commits it.

import { callableModelsFor } from '../../shared/domain/availability/find-callable.ts';
import { findUncallablePins } from '../../shared/domain/availability/uncallable-pins.ts';
import { isGlassBroken } from '../../shared/domain/changes/break-glass.ts';
import { diffPolicies } from '../../shared/domain/changes/diff.ts';
import { nextRevision, type RevisionPlan } from '../../shared/domain/changes/next-revision.ts';
import { pinChangesBetween } from '../../shared/domain/changes/pin-change.ts';
import { restorablePolicy } from '../../shared/domain/changes/restore.ts';
import { needsSecondPerson } from '../../shared/domain/changes/second-person.ts';
import { type StagedPin, stagePins, withoutMovingPins } from '../../shared/domain/changes/staging.ts';
import { type Consequence, describeConsequence } from '../../shared/domain/consequences/consequence.ts';
import { consequencesOf } from '../../shared/domain/consequences/consequences.ts';
import { fail, ok, type Result, type UncallablePin } from '../../shared/domain/fault.ts';
import { type Catalogue, extendCatalogue } from '../../shared/domain/models/catalogue.ts';
import type { Policy } from '../../shared/domain/policy/policy.ts';
import { upgradeId } from '../../shared/domain/rollouts/upgrade.ts';
import type { Revision } from '../../shared/domain/serving/revision.ts';
import type { Rollout } from '../../shared/domain/serving/rollout.ts';
import type { ChangeRequest, ChangeResult, StateForChange } from './policy-change.ts';

export interface ChangePlan {
  /** Null when nothing is published. */
  readonly revision: Revision | null;
  readonly staged: readonly StagedPin[];
  /** What the published revision itself changes, without what reaches its ring by stages. */
  readonly published: Pick<ChangeResult, 'changes' | 'pinChanges' | 'consequences'>;
  /** Null when nothing waits for a second person. */
  readonly waiting: WaitingChange | null;
  /** As if the whole plan took effect. */
  readonly result: ChangeResult;
}

export interface WaitingChange {
  readonly policy: Policy;
  readonly consequences: readonly Consequence[];
}

/** What every step of the plan needs. */
interface PlanInput {
  readonly catalogue: Catalogue;
  readonly request: ChangeRequest;
  readonly state: StateForChange;
  /** The current revision. */
  readonly revision: Revision | null;
  /** Whether what raises risk must wait. */
  readonly needsTwo: boolean;
}

/** Faults: those of `nextRevision`, and `model_not_callable`. */
export function planChange(catalogue: Catalogue, request: ChangeRequest, state: StateForChange): Result<ChangePlan> {
  const revision = state.published?.value.revision ?? null;
  const before = revision?.policy ?? null;
  const isRuled = before !== null && (needsSecondPerson(before) || needsSecondPerson(state.policy));
  const isBroken = isGlassBroken(state.rolloutState.breakGlass, state.now);
  const needsTwo = isRuled && !isBroken && request.approvedBy === null;
  const input = { catalogue, request, state, revision, needsTwo };
  return request.restores !== null && revision !== null ? planRestore(input, revision) : planStated(input);
}

/** A restore ends every rollout, needs no callable pins, and never ends the rule of the second person. */
function planRestore(input: PlanInput, revision: Revision): Result<ChangePlan> {
  const { state, needsTwo } = input;
  const { policy: before, rollouts } = revision;
  const target = needsSecondPerson(before) ? { ...state.policy, secondPerson: true } : state.policy;
  const rejected = new Set(state.rolloutState.upgrades.filter((each) => each.state === 'rejected').map(({ id }) => id));
  const judge = (from: Policy, to: Policy) => judged(input, from, rollouts, to, []);
  const policy = needsTwo
    ? restorablePolicy({
        current: revision,
        earlier: state.earlier,
        matrix: state.matrix,
        target,
        isRejected: (...parts) => rejected.has(upgradeId(...parts)),
        raises: (from, to) => judge(from, to).some(({ risk }) => risk === 'raises'),
      })
    : target;
  const planned = nextRevision(revisionInput(input, policy, policy, []));
  if (!planned.ok) return planned;
  const waiting = policy === target ? null : { policy: target, consequences: judge(policy, target) };
  const all = planned.value.revision === null ? (waiting?.consequences ?? []) : judge(before, policy);
  return ok(planOf(input, planned.value, policy, { staged: [], published: all }, waiting, all, []));
}

function planStated(input: PlanInput): Result<ChangePlan> {
  const { state, request, revision, needsTwo, catalogue } = input;
  const before = revision?.policy ?? null;
  const rollouts = revision?.rollouts ?? [];
  const { policy: target, underWay } =
    before === null ? { policy: state.policy, underWay: [] } : withoutMovingPins(state.policy, before, rollouts);
  const uncallablePins = findUncallablePins(before, target, state.matrix);
  const forced = uncallablePins.length > 0 ? request.force : null;
  const all = [
    ...forcedConsequences(uncallablePins, forced),
    ...(before === null ? [] : judged(input, before, rollouts, target, rollouts)),
  ];
  const isRaised = all.some(({ risk }) => risk === 'raises');
  const waits = needsTwo && isRaised;
  // Rings are staged by name. Where nothing raises risk, machines may have only got another ring.
  const isStaged = before !== null && isRaised && !waits && request.atOnce === null;
  const { policy, staged } = isStaged
    ? stagePins(before, target, rollouts, extendCatalogue(catalogue, target.models))
    : { policy: target, staged: [] };
  const planned = nextRevision({ ...revisionInput(input, policy, target, rollouts), forced, starts: staged.length });
  if (!planned.ok) return planned;
  if (uncallablePins.length > 0 && forced === null) return fail({ code: 'model_not_callable', uncallablePins });
  const waiting = waits && planned.value.revision !== null ? { policy: target, consequences: all } : null;
  const started = staged.map((_, at) => state.rolloutState.rollouts + 1 + at);
  const published = staged.length === 0 || before === null ? all : judged(input, before, rollouts, policy, rollouts);
  return ok(planOf(input, planned.value, target, { staged, published }, waiting, all, [...underWay, ...started]));
}

function revisionInput(
  { request, state, catalogue, revision }: PlanInput,
  policy: Policy,
  stated: Policy,
  rollouts: readonly Rollout[],
) {
  const { expected, by, note, restores, approvedBy } = request;
  const { now, matrix } = state;
  const author = { expected, by, now, note, restores, approvedBy, forced: null, starts: 0 };
  return { current: revision, policy, stated, rollouts, catalogue, matrix, ...author };
}

/** A proposal publishes nothing, but its plan says what an approval would publish. */
function planOf(
  { state, revision: current, catalogue, request }: PlanInput,
  { revision, changes, findings }: RevisionPlan,
  target: Policy,
  { staged, published }: { readonly staged: readonly StagedPin[]; readonly published: readonly Consequence[] },
  waiting: WaitingChange | null,
  consequences: readonly Consequence[],
  rollouts: readonly number[],
): ChangePlan {
  const isPublished = revision !== null && (waiting === null || request.restores !== null);
  const before = current?.policy ?? null;
  const day = state.now.slice(0, 10);
  const pinChangesTo = (policy: Policy) => pinChangesBetween(before, policy, catalogue, day);
  const raising = waiting?.consequences.filter(({ risk }) => risk === 'raises') ?? [];
  const result: ChangeResult = {
    revision: revision?.number ?? current?.number ?? 0,
    changed: revision !== null,
    changes,
    pinChanges: revision === null ? [] : pinChangesTo(target),
    consequences,
    findings,
    risks: raising.map(describeConsequence),
    proposal: null,
    rollouts,
  };
  const at = revision?.policy ?? null;
  return {
    revision: isPublished ? revision : null,
    staged,
    published: {
      changes: at === null ? [] : diffPolicies(before, at),
      pinChanges: at === null ? [] : pinChangesTo(at),
      consequences: published,
    },
    waiting,
    result,
  };
}

function judged(
  { catalogue, state }: PlanInput,
  before: Policy,
  rolloutsBefore: readonly Rollout[],
  after: Policy,
  rolloutsAfter: readonly Rollout[],
): readonly Consequence[] {
  const served = (policy: Policy, rollouts: readonly Rollout[]) => ({
    policy,
    rollouts,
    // What the probe found since the last revision is no consequence of this change: both sides have it.
    callableModels: callableModelsFor(policy, state.matrix),
  });
  const [from, to] = [served(before, rolloutsBefore), served(after, rolloutsAfter)];
  return consequencesOf(from, to, catalogue, state.now.slice(0, 10));
}

function forcedConsequences(pins: readonly UncallablePin[], forced: string | null): readonly Consequence[] {
  if (forced === null) return [];
  return pins.map(({ ring, family, model }) => ({
    concerns: [`ring ${ring}`],
    clients: null,
    path: `/forced/${family}`,
    to: `${model} is not known to be callable: ${forced}`,
    risk: 'raises',
  }));
}
