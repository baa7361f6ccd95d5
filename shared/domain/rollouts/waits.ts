// Waits: what keeps an upgrade from its rollout, and a rollout from its next stage, in words and as data. The automatic
// step goes by the same list: what waits for nothing goes on.

import { isNewer } from '../models/model.ts';
import { ruleOf } from '../policy/policy.ts';
import type { Rollout } from '../serving/rollout.ts';
import { callabilityOf, callabilityOfPin, endpointOf, placeOf } from './callability.ts';
import { isEnded } from './legal-transitions.ts';
import { pinOf } from './rollout-actions.ts';
import { callableSince } from './soak.ts';
import { earliestEndOf, nextStageOf } from './stage-times.ts';
import type { Transition } from './transition.ts';
import { startsByItself, type Upgrade } from './upgrade.ts';
import { newErrors } from './upgrade-actions.ts';

/** One thing that must happen first. */
export interface Wait {
  readonly for: (typeof waitReasons)[number];
  /** One or two sentences for people. */
  readonly text: string;
  /** The earliest time at which this wait can be over (ISO 8601, UTC); null when nobody can tell. */
  readonly until: string | null;
}

export const waitReasons = [
  'model',
  'rule',
  'soak',
  'person',
  'second_person',
  'earlier_ring',
  'rollout',
  'lint',
  'freeze',
  'bake',
  'resume',
  'abort',
] as const;

/** Machines that reported since a rollout began; `failed` of them reported a failure. */
export interface Failures {
  readonly reports: number;
  readonly failed: number;
}

/** Empty when its rollout starts with the next automatic step, and when the upgrade has ended. */
export function upgradeWaits(transition: Transition, upgrade: Upgrade): readonly Wait[] {
  if (isEnded(upgrade)) return [];
  const own = transition.rollouts.find(({ id }) => id === upgrade.rollout);
  if (own !== undefined) {
    return [wait('rollout', `Rollout ${own.id} is bringing it to ring ${own.ring}.`, earliestEndOf(own))];
  }
  return [
    ...modelWait(transition, upgrade),
    ...decisionWaits(transition, upgrade),
    ...freezeWait(transition),
    ...orderWaits(transition, upgrade),
    ...newErrors(transition, upgrade).map(({ message, fix }) => wait('lint', `${message}. ${fix}`)),
  ];
}

/**
 * Empty when the next stage comes with the next automatic step, and when the rollout is over. `failures` are null when
 * nobody counted them.
 */
export function rolloutWaits(transition: Transition, rollout: Rollout, failures: Failures | null): readonly Wait[] {
  const { id, state, by, reason, bakeMinutes, endedAt } = rollout;
  if (endedAt !== null) return [];
  const why = reason === '' ? '' : ` (${reason})`;
  const at = nextStageOf(rollout)?.at ?? null;
  const isBaked = at !== null && Date.parse(at) <= Date.parse(transition.committed.now);
  return [
    ...(failures !== null && failsTooOften(rollout, failures)
      ? [wait('abort', `${failures.failed} of ${failures.reports} machines that reported have failed: it is aborted.`)]
      : []),
    ...(state === 'paused'
      ? [wait('resume', `${by} paused it${why}. POST /v1/rollouts/${id}/resume goes on; the stage then bakes anew.`)]
      : isBaked
        ? []
        : [wait('bake', `Its stage bakes for ${bakeMinutes} minutes.`, at)]),
    ...(rollout.forced === null ? pinWait(transition, rollout) : []),
    ...freezeWait(transition),
  ];
}

/** Whether the failures abort the rollout. */
export function failsTooOften({ minReports, abortAtFailurePercent }: Rollout, { reports, failed }: Failures): boolean {
  return reports >= minReports && failed * 100 > abortAtFailurePercent * reports;
}

function pinWait(transition: Transition, { ring, to }: Rollout): readonly Wait[] {
  if (callabilityOfPin(transition, ring, to) === 'callable') return [];
  const place = placeOf(transition, ring, to);
  const where = place === null ? `ring ${ring}` : `${place.location} of project ${place.project}`;
  return [wait('model', notKnown(to.model, where))];
}

function modelWait(
  transition: Transition,
  { ring, family, model }: Pick<Upgrade, 'ring' | 'family' | 'model'>,
): readonly Wait[] {
  if (callabilityOf(transition, ring, family, model) === 'callable') return [];
  const endpoint = endpointOf(transition, ring, family);
  const where = endpoint === null ? `ring ${ring}` : `${endpoint.location} of project ${endpoint.project}`;
  return [wait('model', notKnown(model, where))];
}

function notKnown(model: string, where: string): string {
  return `${model} is not known to answer in ${where}. GET /v1/availability has the evidence.`;
}

/** The soak and the approvals. An approved upgrade needs neither. */
function decisionWaits(transition: Transition, upgrade: Upgrade): readonly Wait[] {
  const { id, ring, family, model, state, proposed, reopened } = upgrade;
  if (state === 'approved') return [];
  const rule = ruleOf(transition.policy, ring, family);
  if (rule.rule === 'manual') {
    const text = 'The rule is manual. Approve it with ?force=reason, move the pin, or state another rule.';
    return [wait('rule', text)];
  }
  const endpoint = endpointOf(transition, ring, family);
  const since = endpoint === null ? null : callableSince(transition.committed.matrix, { ...endpoint, model });
  const soaked = since === null ? null : since + rule.soakHours * 3_600_000;
  const soak =
    state === 'ready' || soaked === null
      ? []
      : [wait('soak', `It must answer for ${rule.soakHours} hours first.`, new Date(soaked).toISOString())];
  if (startsByItself(upgrade, rule)) return soak;
  const call = `POST /v1/upgrades/${id}/approve`;
  if (proposed !== null) {
    return [...soak, wait('second_person', `${proposed.by} approved it. Somebody else must, too: ${call}.`)];
  }
  const again = reopened === null ? '' : ` It was taken back before (${reopened.by}: ${reopened.reason}).`;
  return [...soak, wait('person', `A person must approve it: ${call}.${again}`)];
}

function freezeWait({ rolloutState: { frozen } }: Transition): readonly Wait[] {
  if (frozen === null) return [];
  const why = frozen.reason === '' ? '' : ` (${frozen.reason})`;
  return [wait('freeze', `${frozen.by} froze automatic changes on ${frozen.at}${why}. POST /v1/thaw ends it.`)];
}

/** One rollout of a family at a time. Unless a person approved it, earlier rings come first. */
function orderWaits(transition: Transition, upgrade: Upgrade): readonly Wait[] {
  const active = transition.rollouts.find(({ family }) => family === upgrade.family);
  const text =
    active === undefined ? '' : `Rollout ${active.id} of ${active.family} in ring ${active.ring} comes first.`;
  const { policy } = transition;
  const isOrdered = startsByItself(upgrade, ruleOf(policy, upgrade.ring, upgrade.family));
  const held = isOrdered && upgrade.state !== 'approved' ? earlierRings(transition, upgrade) : [];
  return [
    ...(active === undefined ? [] : [wait('rollout', text, earliestEndOf(active))]),
    ...held.map((ring) => {
      const pinned = pinOf(transition, ring, upgrade.family)?.model;
      return wait('earlier_ring', `Ring ${ring} comes first; it still has ${pinned}.`);
    }),
  ];
}

/** Earlier rings with automatic or approved upgrades that still have an older version. */
function earlierRings(transition: Transition, { ring, family, model }: Upgrade): readonly string[] {
  const { policy } = transition;
  const names = policy.rings.map(({ name }) => name);
  return names.slice(0, names.indexOf(ring)).filter((earlier) => {
    const pin = pinOf(transition, earlier, family);
    return pin !== null && ruleOf(policy, earlier, family).rule !== 'manual' && isNewer(model, pin.model);
  });
}

function wait(reason: Wait['for'], text: string, until: string | null = null): Wait {
  return { for: reason, text, until };
}
