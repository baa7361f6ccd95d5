// The next revision: a pure function from the current revision and a wanted policy to the next revision, or to the
// fault that stops it. A restore makes the next revision with the policy of an old one.

import { isDeepStrictEqual } from 'node:util';
import type { Matrix } from '../availability/availability.ts';
import { callableModelsFor } from '../availability/find-callable.ts';
import { type Finding, fail, ok, type Result } from '../fault.ts';
import { lint } from '../lint/lint.ts';
import type { Catalogue } from '../models/catalogue.ts';
import { isFamily } from '../models/model.ts';
import type { ModelEndpoint } from '../models/model-endpoint.ts';
import { Pin } from '../policy/pin.ts';
import { pinnedEndpoints } from '../policy/pinned-endpoints.ts';
import { Policy } from '../policy/policy.ts';
import { readDraft } from '../policy/read-draft.ts';
import type { Revision } from '../serving/revision.ts';
import type { Rollout } from '../serving/rollout.ts';
import { type Change, diffPolicies } from './diff.ts';

/** The wanted policy and the state that it is checked against. */
export interface RevisionInput {
  readonly current: Revision | null;
  /** The number of the revision that the author read; `any` when the change doesn't depend on it. */
  readonly expected: number | 'any';
  /** The policy to publish. */
  readonly policy: Policy;
  /** The policy that the author stated; pins in it that are not in `policy` yet get there by rollouts. */
  readonly stated: Policy;
  /** The rollouts that stay active. */
  readonly rollouts: readonly Rollout[];
  /** How many rollouts the change starts. */
  readonly starts: number;
  readonly by: string;
  /** ISO 8601, UTC. */
  readonly now: string;
  readonly note: string | null;
  readonly catalogue: Catalogue;
  /** The revision to restore; null for a change. */
  readonly restores: number | null;
  /** The author's reason to set a pin that is not known to be callable. */
  readonly forced: string | null;
  /** The second person, where one was needed. */
  readonly approvedBy: string | null;
  readonly matrix: Matrix | null;
}

/** The result, which a dry run shows and a change commits. */
export interface RevisionPlan {
  /** Null when the policy is equal already: there is nothing to commit. */
  readonly revision: Revision | null;
  readonly changes: readonly Change[];
  readonly findings: readonly Finding[];
}

/**
 * The next revision. Lint errors don't stop a restore: an old policy must always be
 * reachable. Faults: `revision_conflict` when somebody else changed the policy since the author read it, unless the
 * policy is equal already (RFC 9110, 13.1.1); `rollout_active` when a rollout is moving one of the changed pins;
 * `policy_invalid`.
 */
export function nextRevision(input: RevisionInput): Result<RevisionPlan> {
  const { current, policy, stated, restores, rollouts, starts } = input;
  const findings = lint(stated, input.catalogue, input.now.slice(0, 10), input.matrix);
  const isSame = current !== null && isDeepStrictEqual(current.policy, policy);
  if (isSame && starts === 0 && rollouts.length === current.rollouts.length)
    return ok({ revision: null, changes: [], findings });
  const currentNumber = current?.number ?? 0;
  if (!isUpToDate(input.expected, current)) {
    return fail({ code: 'revision_conflict', expected: Number(input.expected), current: currentNumber });
  }
  const [before, after] = [endpointsByPin(current?.policy ?? null), endpointsByPin(policy)];
  const affected = rollouts.find(
    (rollout) => !isDeepStrictEqual(before.get(pinKey(rollout)), after.get(pinKey(rollout))),
  );
  if (affected !== undefined) {
    return fail({ code: 'rollout_active', rollout: affected.id, ring: affected.ring, family: affected.family });
  }
  if (restores === null && findings.some((finding) => finding.severity === 'error')) {
    return fail({ code: 'policy_invalid', findings });
  }
  const { by, now: at, note, forced, approvedBy, matrix } = input;
  const number = currentNumber + 1;
  const callableModels = callableModelsFor(policy, matrix);
  const content = { number, policy, by, at, note, restores, forced, approvedBy, callableModels };
  const revision = { ...content, rollouts: [...rollouts], policySince: isSame ? current.policySince : number };
  return ok({ revision, changes: diffPolicies(current?.policy ?? null, stated), findings });
}

/** Whether the author read the current policy. Revisions that only moved a rollout didn't change the policy. */
function isUpToDate(expected: number | 'any', current: Revision | null): boolean {
  if (expected === 'any') return true;
  return current === null ? expected === 0 : expected >= current.policySince && expected <= current.number;
}

/** The endpoint of each pin, by `pinKey`. */
function endpointsByPin(policy: Policy | null): ReadonlyMap<string, ModelEndpoint> {
  const pinned = policy === null ? [] : pinnedEndpoints(policy);
  return new Map(pinned.map((pin) => [pinKey(pin), pin.endpoint]));
}

function pinKey({ ring, family }: Pick<Rollout, 'ring' | 'family'>): string {
  return `${ring}/${family}`;
}

/** Faults: `policy_invalid`. */
export function readPolicy(draft: unknown): Result<Policy> {
  return readDraft(Policy, draft);
}

/** The policy with one new pin; `draft` is unchecked. Faults: `ring_unknown`, `family_unknown`, `policy_invalid`. */
export function movePin(policy: Policy, ringName: string, family: string, draft: unknown): Result<Policy> {
  const at = policy.rings.findIndex((ring) => ring.name === ringName);
  const ring = policy.rings[at];
  if (ring === undefined)
    return fail({ code: 'ring_unknown', ring: ringName, rings: policy.rings.map(({ name }) => name) });
  if (!isFamily(family)) return fail({ code: 'family_unknown', family });
  const pin = readDraft(Pin, draft);
  if (!pin.ok) return pin;
  return ok({ ...policy, rings: policy.rings.with(at, { ...ring, pins: { ...ring.pins, [family]: pin.value } }) });
}
