// Plans a change of the policy: what would be published, what reaches its ring by stages, and what waits for a second
// person. Pure: a dry run shows the plan, and a change commits it.

import { findUncallablePins } from '../../../shared/domain/availability/uncallable-pins.ts';
import { isGlassBroken } from '../../../shared/domain/changes/break-glass.ts';
import { nextRevision } from '../../../shared/domain/changes/next-revision.ts';
import { needsSecondPerson } from '../../../shared/domain/changes/second-person.ts';
import { stagePins, withoutMovingPins } from '../../../shared/domain/changes/staging.ts';
import type { Consequence } from '../../../shared/domain/consequences/consequence.ts';
import { fail, type Result, type UncallablePin } from '../../../shared/domain/fault.ts';
import { type Catalogue, extendCatalogue } from '../../../shared/domain/models/catalogue.ts';
import { type ChangePlan, checked, judged, type PlanInput, planOf, revisionInput } from './change-plan.ts';
import { planRestore } from './plan-restore.ts';
import type { ChangeRequest, StateForChange } from './policy-change.ts';

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

function planStated(input: PlanInput): Result<ChangePlan> {
  const { state, request, revision, needsTwo, catalogue } = input;
  const before = revision?.policy ?? null;
  const rollouts = revision?.rollouts ?? [];
  const { policy: target, underWay } =
    before === null ? { policy: state.policy, underWay: [] } : withoutMovingPins(state.policy, before, rollouts);
  const uncallablePins = findUncallablePins(before, target, state.matrix);
  const forced = uncallablePins.length > 0 ? request.force : null;
  const wanted = { ...revisionInput(input, target, target, rollouts), forced };
  // Before the consequences, which take longer for a policy that is refused anyway.
  const whole = nextRevision(wanted);
  if (!whole.ok) return whole;
  if (uncallablePins.length > 0 && forced === null) return fail({ code: 'model_not_callable', uncallablePins });
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
  const planned = staged.length === 0 ? whole : nextRevision({ ...wanted, policy, starts: staged.length });
  if (!planned.ok) return planned;
  const waiting = waits && planned.value.revision !== null ? { policy: target, consequences: all } : null;
  const started = staged.map((_, at) => state.rolloutState.rollouts + 1 + at);
  const published = staged.length === 0 || before === null ? all : judged(input, before, rollouts, policy, rollouts);
  const plan = planOf(input, planned.value, target, { staged, published }, waiting, all, [...underWay, ...started]);
  return checked(input, target, plan);
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
