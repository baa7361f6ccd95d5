// A change of the policy as a command sees it: what is asked for, what it is decided on, and what came of it.

import type { RevisionPlan } from '../../shared/domain/changes/next-revision.ts';
import type { PinChange } from '../../shared/domain/changes/pin-change.ts';
import type { Proposal } from '../../shared/domain/changes/proposal.ts';
import type { Result } from '../../shared/domain/fault.ts';
import type { Policy } from '../../shared/domain/policy/policy.ts';
import type { Revision } from '../../shared/domain/serving/revision.ts';
import type { Stored } from '../../shared/ports.ts';
import type { CurrentState } from './current-state.ts';

export interface ChangeRequest {
  /** Reads the policy wanted, given the current revision. Called anew for each attempt. */
  readonly draft: (current: Revision | null) => Result<Draft> | Promise<Result<Draft>>;
  readonly expected: number | 'any';
  readonly by: string;
  readonly note: string | null;
  readonly restores: number | null;
  /** States pins that are not proven callable all the same, for this reason. */
  readonly force: string | null;
  readonly dryRun: boolean;
  /** The second person; null where nobody has approved the change yet. */
  readonly approvedBy: string | null;
}

export interface Draft {
  readonly policy: Policy;
  /** The proposal that this change carries out, or null. */
  readonly proposal: Stored<Proposal> | null;
}

export interface ChangeResult extends Omit<RevisionPlan, 'revision'> {
  /** The current revision; with a dry run the one that there would be. */
  readonly revision: number;
  readonly changed: boolean;
  readonly pinChanges: readonly PinChange[];
  /** What a second person is needed for; empty when nobody is. */
  readonly risks: readonly string[];
  /** The proposal that was made instead of the change. */
  readonly proposal: number | null;
}

/** What a change is decided on. */
export interface StateForChange extends CurrentState, Draft {}

export interface ChangeOutcome {
  readonly result: ChangeResult;
  /** What was published; null when nothing was. */
  readonly published: Revision | null;
}
