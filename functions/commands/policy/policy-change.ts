// A change of the policy: the request, the state that it is decided on, and the result.

import type { RevisionPlan } from '../../../shared/domain/changes/next-revision.ts';
import type { PinChange } from '../../../shared/domain/changes/pin-change.ts';
import type { PolicyProposal } from '../../../shared/domain/changes/proposal.ts';
import type { Membership } from '../../../shared/domain/changes/second-person.ts';
import type { Consequence } from '../../../shared/domain/consequences/consequence.ts';
import type { Result } from '../../../shared/domain/fault.ts';
import type { Policy } from '../../../shared/domain/policy/policy.ts';
import type { Revision } from '../../../shared/domain/serving/revision.ts';
import type { Stored } from '../../../shared/ports.ts';
import type { CurrentState } from '../current-state.ts';

export interface ChangeRequest {
  /** Makes the new policy from the current revision. Called again for each attempt. */
  readonly draft: (current: Revision | null) => Result<Draft> | Promise<Result<Draft>>;
  /** The current revision's expected number, from If-Match. */
  readonly expected: number | 'any';
  readonly by: string;
  /** Whether the author has the role of owner. */
  readonly isOwner: boolean;
  readonly note: string | null;
  /** The revision that this change restores, or null. */
  readonly restores: number | null;
  /** The reason to publish pins that aren't known to be callable. Null: don't publish them. */
  readonly force: string | null;
  /** The reason to move pins in one step although the policy has a schedule. Null: move them by stages. */
  readonly atOnce: string | null;
  readonly dryRun: boolean;
  /** The second person. Null when nobody has approved the change. */
  readonly approvedBy: string | null;
  /** Why they approved it. */
  readonly approvalNote: string | null;
}

export interface Draft {
  readonly policy: Policy;
  /** The proposal that this change carries out or replaces, or null. */
  readonly closes: { readonly proposal: Stored<PolicyProposal>; readonly as: 'approved' | 'rebased' } | null;
}

export interface ChangeResult extends Omit<RevisionPlan, 'revision'> {
  /** The current revision; in a dry run, the one that the change would make. */
  readonly revision: number;
  readonly changed: boolean;
  readonly pinChanges: readonly PinChange[];
  /** What takes effect, or would with an approval. */
  readonly consequences: readonly Consequence[];
  /** How many more there are. */
  readonly moreConsequences: number;
  /** How many of those raise risk. */
  readonly moreRaising: number;
  /** Why a second person must approve. Empty when none is needed. */
  readonly risks: readonly string[];
  /** The proposal that was made instead of the change, or for what of a restore must wait; or null. */
  readonly proposal: number | null;
  /** The rollouts by which changed pins reach their rings: started by this change, or under way. */
  readonly rollouts: readonly number[];
}

export interface StateForChange extends CurrentState, Draft {
  /** The number of the current access revision; 0 for none. */
  readonly accessRevision: number;
  readonly membership: Membership;
  /** Earlier revisions, newest first; only for a restore that a second person must approve in part. */
  readonly earlier: readonly Revision[];
}

export interface ChangeOutcome {
  readonly result: ChangeResult;
  /** The revision that was published, or null. */
  readonly published: Revision | null;
}
