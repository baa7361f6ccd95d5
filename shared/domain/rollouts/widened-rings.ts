// Widened rings: rings that get machines from other rings by a change of the policy. Two people approved an upgrade for the
// machines that were in the ring, so the others must not get it by the approval.

import { needsSecondPerson } from '../changes/second-person.ts';
import { machineKinds } from '../consequences/machine-kinds.ts';
import type { Policy } from '../policy/policy.ts';
import { isEnded } from './legal-transitions.ts';
import { type Transition, withUpgrade } from './transition.ts';

/** Takes the approvals back that wait for the rollout of an upgrade in a widened ring. `before` is the policy until now. */
export function withdrawApprovals(transition: Transition, before: Policy): Transition {
  if (!needsSecondPerson(before)) return transition;
  const waiting = transition.rolloutState.upgrades.filter(
    (upgrade) => !isEnded(upgrade) && upgrade.rollout === null && (upgrade.proposed ?? upgrade.decided) !== null,
  );
  if (waiting.length === 0) return transition;
  const moves = machineKinds(before, transition.policy).filter((kind) => kind.before.name !== kind.after.name);
  const widened = new Set(moves.map(({ after }) => after.name));
  return waiting
    .filter(({ ring }) => widened.has(ring))
    .reduce((next, upgrade) => {
      const { now } = transition.committed;
      const undecided = { ...upgrade, decided: null, proposed: null };
      return withUpgrade(next, upgrade.state === 'approved' ? { ...undecided, state: 'found', since: now } : undecided);
    }, transition);
}
