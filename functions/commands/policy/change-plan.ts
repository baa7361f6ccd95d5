// A plan of a policy change: what would be published, what reaches its ring by stages, and what waits for a second
// person. A dry run shows the plan, and a change commits it.

import { callableModelsFor } from '../../../shared/domain/availability/find-callable.ts';
import { checkWriter, managedFinding } from '../../../shared/domain/changes/check-writer.ts';
import { diffPolicies } from '../../../shared/domain/changes/diff.ts';
import type { RevisionPlan } from '../../../shared/domain/changes/next-revision.ts';
import { pinChangesBetween } from '../../../shared/domain/changes/pin-change.ts';
import { loneApproverFinding } from '../../../shared/domain/changes/second-person.ts';
import type { StagedPin } from '../../../shared/domain/changes/staging.ts';
import { type Consequence, describeConsequence } from '../../../shared/domain/consequences/consequence.ts';
import { consequencesOf } from '../../../shared/domain/consequences/consequences.ts';
import { toAnswered } from '../../../shared/domain/consequences/cut-consequences.ts';
import { ok, type Result } from '../../../shared/domain/fault.ts';
import type { Catalogue } from '../../../shared/domain/models/catalogue.ts';
import type { Policy } from '../../../shared/domain/policy/policy.ts';
import type { Revision } from '../../../shared/domain/serving/revision.ts';
import type { Rollout } from '../../../shared/domain/serving/rollout.ts';
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
export interface PlanInput {
  readonly catalogue: Catalogue;
  readonly request: ChangeRequest;
  readonly state: StateForChange;
  /** The current revision. */
  readonly revision: Revision | null;
  /** Whether what raises risk must wait. */
  readonly needsTwo: boolean;
}

/** The part of a next revision that the request and the state give. */
export function revisionInput(
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

/** The consequences of a change between two policies with their active rollouts. */
export function judged(
  { catalogue, state }: Pick<PlanInput, 'catalogue'> & { readonly state: Pick<StateForChange, 'matrix' | 'now'> },
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

/** A proposal publishes nothing, but its plan says what an approval would publish. */
export function planOf(
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
  const raising = toAnswered(waiting?.consequences.filter(({ risk }) => risk === 'raises') ?? []);
  const result: ChangeResult = {
    revision: revision?.number ?? current?.number ?? 0,
    changed: revision !== null,
    changes,
    pinChanges: revision === null ? [] : pinChangesTo(target),
    ...toAnswered(consequences),
    findings,
    risks: [
      ...raising.consequences.map(describeConsequence),
      ...(raising.moreRaising === 0 ? [] : [`and ${raising.moreRaising} more`]),
    ],
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

/** The plan, if its author may write it. A dry run shows that they may not as a finding. Faults: `policy_managed`. */
export function checked({ revision, request, state }: PlanInput, target: Policy, plan: ChangePlan): Result<ChangePlan> {
  const before = revision?.policy ?? null;
  const all = [...plan.result.consequences, ...(plan.waiting?.consequences ?? [])];
  const writer = plan.result.changed
    ? checkWriter(before, target, request, () => all.some(({ risk }) => risk === 'raises'))
    : ok(null);
  if (!writer.ok && !request.dryRun) return writer;
  const managed = writer.ok || before?.managedBy === undefined ? null : managedFinding(before.managedBy);
  const more = [managed, loneApproverFinding(before, target, state.membership)].filter((finding) => finding !== null);
  return ok({ ...plan, result: { ...plan.result, findings: [...plan.result.findings, ...more] } });
}
