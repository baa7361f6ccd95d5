// The check of the writer: who may change a policy that a git repository manages.

import { isDeepStrictEqual } from 'node:util';
import { type Finding, fail, ok, type Result } from '../fault.ts';
import type { ManagedBy } from '../policy/managed-by.ts';
import type { Policy } from '../policy/policy.ts';

/** The author of a change. */
export interface Writer {
  /** As the history names it. */
  readonly by: string;
  /** Whether they have the role of owner. */
  readonly isOwner: boolean;
}

/**
 * The repository's identity may change everything, an owner may end the management, and everybody may make a change that
 * raises no risk. Faults: `policy_managed`.
 */
export function checkWriter(
  before: Policy | null,
  after: Policy,
  { by, isOwner }: Writer,
  raisesRisk: () => boolean,
): Result<null> {
  const managedBy = before?.managedBy;
  if (managedBy === undefined || by === managedBy.identity) return ok(null);
  if (after.managedBy === undefined && isOwner) return ok(null);
  if (isDeepStrictEqual(after.managedBy, managedBy) && !raisesRisk()) return ok(null);
  return fail({ code: 'policy_managed', ...managedBy });
}

/** The finding of a dry run whose change would be refused. */
export function managedFinding({ repository, identity }: ManagedBy): Finding {
  return {
    severity: 'warning',
    code: 'policy_managed',
    path: '/managedBy',
    message: `this change would be refused, because the policy is managed in ${repository}`,
    fix: `Change it there: ${identity} publishes it.`,
  };
}

/** An old policy as a restore brings it back: who manages the policy stays as it is. */
export function withManagement({ managedBy: _, ...restored }: Policy, current: Policy | null): Policy {
  return current?.managedBy === undefined ? restored : { ...restored, managedBy: current.managedBy };
}
