// Plans a restore: what comes back at once, and what waits for a second person.

import { nextRevision } from '../../../shared/domain/changes/next-revision.ts';
import { rejectedFor } from '../../../shared/domain/changes/rejections.ts';
import { restorablePolicy } from '../../../shared/domain/changes/restore.ts';
import { needsSecondPerson } from '../../../shared/domain/changes/second-person.ts';
import type { Result } from '../../../shared/domain/fault.ts';
import type { Policy } from '../../../shared/domain/policy/policy.ts';
import type { Revision } from '../../../shared/domain/serving/revision.ts';
import { type ChangePlan, checked, judged, type PlanInput, planOf, revisionInput } from './change-plan.ts';

/** A restore ends every rollout, needs no callable pins, and never ends the rule of the second person. */
export function planRestore(input: PlanInput, revision: Revision): Result<ChangePlan> {
  const { state, needsTwo } = input;
  const { policy: before, rollouts } = revision;
  const target = needsSecondPerson(before) ? { ...state.policy, secondPerson: true } : state.policy;
  const rejections = state.rolloutState.upgrades.filter((each) => each.state === 'rejected');
  const judge = (from: Policy, to: Policy) => judged(input, from, rollouts, to, []);
  const policy = needsTwo
    ? restorablePolicy({
        current: revision,
        earlier: state.earlier,
        matrix: state.matrix,
        target,
        isRejected: rejectedFor(rejections, revision, state.earlier),
        raises: (from, to) => judge(from, to).some(({ risk }) => risk === 'raises'),
      })
    : target;
  const planned = nextRevision(revisionInput(input, policy, policy, []));
  if (!planned.ok) return planned;
  const waiting = policy === target ? null : { policy: target, consequences: judge(policy, target) };
  const all = planned.value.revision === null ? (waiting?.consequences ?? []) : judge(before, policy);
  return checked(input, target, planOf(input, planned.value, policy, { staged: [], published: all }, waiting, all, []));
}
