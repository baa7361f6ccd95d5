// The next revision: what a wanted policy makes of the current revision, or the fault that stops it. A restore makes the next
// revision with the content of an old one.

import { isDeepStrictEqual } from 'node:util';
import type { Matrix } from '../availability/availability.ts';
import { callableModelsFor } from '../availability/find-callable.ts';
import { type Finding, fail, ok, type Result } from '../fault.ts';
import type { Catalogue } from '../models/catalogue.ts';
import { isFamily } from '../models/model.ts';
import { Pin } from '../policy/pin.ts';
import { pinnedEndpoints } from '../policy/pinned-endpoints.ts';
import { Policy } from '../policy/policy.ts';
import { readDraft } from '../policy/read-draft.ts';
import type { Revision } from '../serving/revision.ts';
import type { Rollout } from '../serving/rollout.ts';
import { type Change, diffPolicies } from './diff.ts';
import { lint } from './lint.ts';

export interface RevisionInput {
  readonly current: Revision | null;
  /** The revision that the author saw; `any` where the change doesn't depend on it. */
  readonly expected: number | 'any';
  readonly policy: Policy;
  readonly by: string;
  /** ISO 8601, UTC. */
  readonly now: string;
  readonly note: string | null;
  readonly catalogue: Catalogue;
  readonly restores: number | null;
  /** Why a pin that is not proven callable is stated all the same. */
  readonly forced: string | null;
  readonly approvedBy: string | null;
  readonly matrix: Matrix | null;
}

export interface RevisionPlan {
  /** Null when the policy already reads so: nothing is to be committed, and the author's wish is fulfilled. */
  readonly revision: Revision | null;
  readonly changes: readonly Change[];
  readonly findings: readonly Finding[];
}

/**
 * The next revision. Faults: `revision_conflict` when somebody else changed the policy since the author read it (unless
 * it already reads as the author wants: RFC 9110, 13.1.1), `rollout_active` when it touches a pin that a rollout is moving,
 * `policy_invalid` when lint finds an error. A restore reports lint errors but isn't stopped by them: what was good once must
 * always be within reach. It ends every rollout.
 */
export function nextRevision(input: RevisionInput): Result<RevisionPlan> {
  const { current, policy, restores } = input;
  const findings = lint(policy, input.catalogue, input.now.slice(0, 10));
  const rollouts = restores === null ? (current?.rollouts ?? []) : [];
  const isSame = current !== null && isDeepStrictEqual(current.policy, policy);
  if (isSame && rollouts.length === current.rollouts.length) return ok({ revision: null, changes: [], findings });
  const currentNumber = current?.number ?? 0;
  if (!isSeen(input.expected, current)) {
    return fail({ code: 'revision_conflict', expected: Number(input.expected), current: currentNumber });
  }
  const touched = rollouts.find((rollout) => touches(current?.policy ?? null, policy, rollout));
  if (touched !== undefined) {
    return fail({ code: 'rollout_active', rollout: touched.id, ring: touched.ring, family: touched.family });
  }
  if (restores === null && findings.some((finding) => finding.severity === 'error')) {
    return fail({ code: 'policy_invalid', findings });
  }
  const { by, now: at, note, forced, approvedBy, matrix } = input;
  const number = currentNumber + 1;
  const callableModels = callableModelsFor(policy, matrix);
  const made = { number, policy, by, at, note, restores, forced, approvedBy, rollouts, callableModels };
  const revision = { ...made, policySince: isSame ? current.policySince : number };
  return ok({ revision, changes: diffPolicies(current?.policy ?? null, policy), findings });
}

/** Revisions that only moved a rollout leave the policy as its author saw it. */
function isSeen(expected: number | 'any', current: Revision | null): boolean {
  if (expected === 'any') return true;
  return current === null ? expected === 0 : expected >= current.policySince && expected <= current.number;
}

/** Whether the pin that a rollout moves would become another one, or be called elsewhere. */
function touches(before: Policy | null, after: Policy, { ring, family }: Rollout): boolean {
  const find = (policy: Policy | null) =>
    policy === null ? undefined : pinnedEndpoints(policy).find((pin) => pin.ring === ring && pin.family === family);
  return !isDeepStrictEqual(find(before), find(after));
}

export function readPolicy(draft: unknown): Result<Policy> {
  return readDraft(Policy, draft);
}

/** The policy with one pin moved; `draft` is the pin as somebody sent it. */
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
