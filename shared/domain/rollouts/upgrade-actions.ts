// Upgrade actions: find, follow, approve and reject. Each is a pure step from one transition to the next.

import { isGlassBroken } from '../changes/break-glass.ts';
import { type Actor, checkSecondPerson, type Memberships, needsSecondPerson } from '../changes/second-person.ts';
import type { NewEvent } from '../events/event.ts';
import { fail, ok, type Result } from '../fault.ts';
import { lint } from '../lint/lint.ts';
import { isNewer, parseModel } from '../models/model.ts';
import { pinnedEndpoints } from '../policy/pinned-endpoints.ts';
import { type Ring, ruleOf } from '../policy/policy.ts';
import { callabilityOf, endpointOf } from './callability.ts';
import { isEnded } from './legal-transitions.ts';
import { pinOf } from './rollout-actions.ts';
import { callableSince } from './soak.ts';
import { pinChangeOf, type Transition, withEvent, withUpgrade } from './transition.ts';
import { startsByItself, type Upgrade, type UpgradeState, upgradeId } from './upgrade.ts';

/** Who approves, and who may. */
export interface Approval {
  readonly actor: Actor;
  readonly memberships: Memberships;
}

/** Adds an upgrade for every pin and every newer callable model at its location, unless there is one already. */
export function findUpgrades(transition: Transition): Transition {
  const { policy, committed, rolloutState } = transition;
  const existing = new Set(rolloutState.upgrades.map(({ id }) => id));
  const cells = (committed.matrix?.cells ?? []).filter((cell) => cell.firstCallableAt !== null);
  let next = transition;
  for (const { ring, family, endpoint } of pinnedEndpoints(policy)) {
    for (const { project, location, model } of cells) {
      const id = upgradeId(ring, family, model);
      if (project !== endpoint.project || location !== endpoint.location || existing.has(id)) continue;
      if (!isUpgrade(model, endpoint.model, family) || callabilityOf(transition, ring, family, model) !== 'callable')
        continue;
      next = withUpgrade(next, newUpgrade(id, ring, family, model, committed.now));
    }
  }
  return next;
}

/** Moves each upgrade that is still open to the state that its model's availability and age require. */
export function followUpgrades(transition: Transition): Transition {
  return transition.rolloutState.upgrades.reduce((next, upgrade) => {
    if (isEnded(upgrade) || upgrade.rollout !== null) return next;
    const state = requiredState(next, upgrade);
    if (state === upgrade.state) return next;
    // An upgrade that is found again loses its approvals.
    const undecided = state === 'found' ? { decided: null, proposed: null } : {};
    const moved = withUpgrade(next, { ...upgrade, state, since: next.committed.now, ...undecided });
    return state === 'ready' ? withEvent(moved, readyEvent(moved, upgrade)) : moved;
  }, transition);
}

/**
 * An upgrade must be ready, or with `force` found or soaking; its model must be callable. Faults: `upgrade_unknown`,
 * `upgrade_state`, `second_person_needed`, and `policy_invalid` when the new pin would be a lint error.
 */
export function approveUpgrade(
  transition: Transition,
  id: string,
  { actor, memberships }: Approval,
  reason: string,
  force: boolean,
): Result<Transition> {
  const by = actor.name;
  const upgrade = transition.rolloutState.upgrades.find((each) => each.id === id);
  if (upgrade === undefined) return fail({ code: 'upgrade_unknown', upgrade: id });
  const { ring, family, model, state } = upgrade;
  const isOpen = state === 'ready' || (force && (state === 'found' || state === 'soaking'));
  if (!isOpen) return fail({ code: 'upgrade_state', upgrade: id, state, needs: 'ready' });
  if (callabilityOf(transition, ring, family, model) !== 'callable') {
    return fail({ code: 'upgrade_state', upgrade: id, state: 'not callable', needs: "callable at the pin's endpoint" });
  }
  const errors = newErrors(transition, upgrade);
  if (errors.length > 0) return fail({ code: 'policy_invalid', findings: errors });
  const at = transition.committed.now;
  const isBroken = isGlassBroken(transition.rolloutState.breakGlass, at);
  const needsTwo = needsSecondPerson(transition.policy) && !isBroken;
  if (needsTwo && upgrade.proposed === null) {
    const proposed = withUpgrade(transition, {
      ...upgrade,
      proposed: { by, at, reason, accessRevision: memberships.accessRevision },
    });
    return ok(withEvent(proposed, decidedEvent(upgrade, 'proposed', by, at, reason)));
  }
  const check =
    needsTwo && upgrade.proposed !== null ? checkSecondPerson(upgrade.proposed, actor, memberships) : ok(null);
  if (!check.ok) return check;
  const approved = withUpgrade(transition, { ...upgrade, state: 'approved', since: at, decided: { by, at, reason } });
  return ok(withEvent(approved, decidedEvent(upgrade, 'approved', by, at, reason)));
}

/**
 * Faults: `upgrade_unknown`; `upgrade_state` when the upgrade has ended or has a rollout, which must be aborted
 * instead.
 */
export function rejectUpgrade(transition: Transition, id: string, by: string, reason: string): Result<Transition> {
  const upgrade = transition.rolloutState.upgrades.find((each) => each.id === id);
  if (upgrade === undefined) return fail({ code: 'upgrade_unknown', upgrade: id });
  const { state } = upgrade;
  if (state === 'rejected') return ok(transition);
  if (isEnded(upgrade)) return fail({ code: 'upgrade_state', upgrade: id, state, needs: 'not over yet' });
  if (upgrade.rollout !== null) {
    const needs = `not being rolled out; POST /v1/rollouts/${upgrade.rollout}/abort ends the rollout`;
    return fail({ code: 'upgrade_state', upgrade: id, state, needs });
  }
  const at = transition.committed.now;
  const rejected = withUpgrade(transition, { ...upgrade, state: 'rejected', since: at, decided: { by, at, reason } });
  return ok(withEvent(rejected, decidedEvent(upgrade, 'rejected', by, at, reason)));
}

/**
 * Lint errors that the policy would have with the upgrade's pin, and doesn't have without it. Only its ring is read: a
 * list of upgrades asks for each of them.
 */
export function newErrors({ policy, committed }: Transition, { ring: name, family, model }: Upgrade) {
  const at = policy.rings.findIndex((ring) => ring.name === name);
  const ring = policy.rings[at];
  const pin = ring?.pins[family];
  if (ring === undefined || pin === undefined) return [];
  const lintWith = (pins: Ring['pins']) =>
    lint({ ...policy, rings: [{ ...ring, pins }] }, committed.catalogue, committed.now.slice(0, 10), committed.matrix);
  const before = new Set(lintWith(ring.pins).map((finding) => finding.code + finding.path));
  return lintWith({ ...ring.pins, [family]: { ...pin, model } })
    .filter((finding) => finding.severity === 'error' && !before.has(finding.code + finding.path))
    .map((finding) => ({ ...finding, path: finding.path.replace(/^\/rings\/0(?=\/|$)/, `/rings/${at}`) }));
}

function isUpgrade(model: string, pinned: string, family: string): boolean {
  return parseModel(model)?.family === family && isNewer(model, pinned);
}

function requiredState(transition: Transition, upgrade: Upgrade): UpgradeState {
  const { ring, family, model, state } = upgrade;
  const pin = pinOf(transition, ring, family);
  if (pin === null || !isNewer(model, pin.model)) return 'superseded';
  const callability = callabilityOf(transition, ring, family, model);
  if (callability === 'doubtful') return state;
  if (callability === 'lost') return 'found';
  if (state === 'approved') return state;
  const { rule, soakHours } = ruleOf(transition.policy, ring, family);
  if (rule === 'manual') return 'found';
  const endpoint = endpointOf(transition, ring, family);
  const since = endpoint === null ? null : callableSince(transition.committed.matrix, { ...endpoint, model });
  if (since === null) return 'found';
  return Date.parse(transition.committed.now) - since >= soakHours * 3_600_000 ? 'ready' : 'soaking';
}

export function newUpgrade(id: string, ring: string, family: Upgrade['family'], model: string, now: string): Upgrade {
  const base = { id, ring, family, model, proposed: null, decided: null, reopened: null, rollout: null };
  return { ...base, state: 'found', since: now, foundAt: now };
}

function readyEvent(transition: Transition, upgrade: Upgrade): NewEvent {
  const { id, ring, family, model } = upgrade;
  const { rule, soakHours } = ruleOf(transition.policy, ring, family);
  const from = pinOf(transition, ring, family);
  if (from === null || rule === 'manual')
    throw new Error(`upgrade ${id} became ready without a pin or under the rule manual`);
  const at = transition.committed.now;
  const pinChange = pinChangeOf(transition, ring, family, from, { ...from, model });
  const isAutomatic = startsByItself(upgrade, { rule });
  const data = { upgrade: id, rule: isAutomatic ? ('auto' as const) : ('approve' as const), soakHours, pinChange };
  return { id: `UpgradeReady.${id}.${Date.parse(at)}`, kind: 'UpgradeReady', subject: id, at, by: 'pinward', data };
}

export function decidedEvent(
  { id, ring, family, model }: Upgrade,
  decision: 'proposed' | 'approved' | 'rejected' | 'reopened',
  by: string,
  at: string,
  reason: string,
): NewEvent {
  const data = { upgrade: id, ring, family, model, decision, reason };
  return {
    id: `UpgradeDecided.${id}.${decision}.${Date.parse(at)}`,
    kind: 'UpgradeDecided',
    subject: id,
    at,
    by,
    data,
  };
}
