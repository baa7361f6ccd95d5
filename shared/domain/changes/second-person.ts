// The rule of the second person: if the policy requires it, a change that raises risk takes effect only when another
// person than its author approves it.

import { fail, ok, type Result } from '../fault.ts';
import type { Policy } from '../policy/policy.ts';

/** Whether the policy has the rule; before the first policy it doesn't apply. */
export function needsSecondPerson(policy: Policy | null): boolean {
  return policy?.secondPerson === true;
}

/** Faults: `second_person_needed` when the author approves their own proposal. */
export function checkSecondPerson(proposedBy: string, approver: string): Result<null> {
  return approver === proposedBy ? fail({ code: 'second_person_needed', proposedBy }) : ok(null);
}
