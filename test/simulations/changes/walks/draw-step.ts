// The steps of a walk, drawn by chance: every call that changes something, by whoever, and what happens by itself.

import type { Roles } from '../../../../shared/domain/access/access.ts';
import { roles as roleNames } from '../../../../shared/domain/access/roles.ts';
import { families } from '../../../../shared/domain/models/model.ts';
import type { Fleet } from '../../../support/rollout-fleet.ts';
import type { Chance } from '../../chance.ts';
import { drawPin, type PolicyDraft, shipped } from '../pairs/draw-policy.ts';
import { mutators } from '../pairs/mutators.ts';
import { type Actor, actors, busy } from './actors.ts';
import type { Step, View } from './world.ts';

type Call = NonNullable<Step['call']>;
type DrawCall = (view: View, chance: Chance) => Call;

const names = Object.keys(mutators);
/** Changes that often need nobody else, after which rings have other names or members. */
const quiet = ['split', 'merge', 'swap', 'swapNames', 'rename', 'moveSelector', 'selector'] as const;
const queries = ['', '', '', '', '?force=x', '?at-once=x', '?force=x&at-once=x'] as const;

/** Each with its weight. */
const calls: readonly (readonly [number, DrawCall])[] = [
  [7, putPolicy],
  [4, putPin],
  [5, (view, chance) => post(`/v1/revisions/${lately(view.revision.number, chance)}/restore`)],
  [2, putRoles],
  [9, (view, chance) => post(`/v1/proposals/${lately(view.rolloutState.proposals, chance)}/approve`)],
  [1, (view, chance) => post(`/v1/proposals/${lately(view.rolloutState.proposals, chance)}/reject`)],
  [2, (view, chance) => post(`/v1/proposals/${lately(view.rolloutState.proposals, chance)}/rebase`)],
  [6, decideUpgrade],
  [2, moveRollout],
  [2, (_, chance) => post(`/v1/${chance.pick(['freeze', 'thaw', 'thaw'])}`)],
  [1, (_, chance) => ({ ...post('/v1/tokens'), body: { name: `t-${chance.between(1, 3)}`, role: 'reader' } })],
  [1, (_, chance) => post(`/v1/tokens/t-${chance.between(1, 3)}/revoke`)],
];
const weights = calls.flatMap(([weight, draw]) => Array.from({ length: weight }, () => draw));

export function drawStep(view: View, chance: Chance): Step {
  if (chance.happens(0.25)) return drawHappening(chance);
  // Mostly those who may do something.
  const actor: Actor = chance.pick(chance.happens(0.6) ? busy : actors);
  const call = (weights[chance.between(0, weights.length - 1)] ?? putPolicy)(view, chance);
  return { actor, call, name: `${actor.name} ${call.method} ${call.path}` };
}

function drawHappening(chance: Chance): Step {
  const model = shipped[chance.between(0, shipped.length - 1)]?.id ?? '';
  const happenings: readonly [Step, ...Step[]] = [
    happening('half an hour', (fleet) => pass(fleet, 0.5)),
    happening('an hour', (fleet) => pass(fleet, 1)),
    happening('three days', (fleet) => pass(fleet, 73)),
    happening(`${model} is enabled`, (fleet) => {
      fleet.callable.add(model);
      return fleet.probeTwice();
    }),
    happening(`${model} is lost`, (fleet) => {
      if (chance.happens(0.3)) fleet.callable.delete(model);
      return fleet.probe();
    }),
  ];
  return chance.pick(happenings);
}

function happening(name: string, happen: (fleet: Fleet) => Promise<unknown>): Step {
  return { actor: null, name, happen };
}

async function pass(fleet: Fleet, hours: number): Promise<void> {
  fleet.pass(hours);
  await fleet.advance();
}

function putPolicy({ revision: { policy, rollouts }, rolloutState: { upgrades } }: View, chance: Chance): Call {
  // JSON in the form that its schema has read.
  const draft: PolicyDraft = JSON.parse(JSON.stringify(policy));
  // Rings that change while something is on its way to one of them are the hardest to get right.
  const isUnderWay =
    rollouts.length > 0 || upgrades.some(({ state, rollout }) => state === 'approved' && rollout === null);
  if (chance.happens(isUnderWay ? 0.8 : 0.3)) mutators[chance.pick(quiet)]?.(draft, chance);
  else if (chance.happens(0.4)) lowerAPin(draft, chance);
  else mutators[names[chance.between(0, names.length - 1)] ?? '']?.(draft, chance);
  return { method: 'PUT', path: `/v1/policy${chance.pick(queries)}`, body: draft };
}

/** Older models need nobody else, and what an older model replaced is what a restore brings back. */
function lowerAPin({ rings }: PolicyDraft, chance: Chance): void {
  const ring = rings[chance.between(0, rings.length - 1)];
  const pin = ring?.pins['opus'];
  if (pin !== undefined) pin.model = chance.pick(['claude-opus-4-6', 'claude-opus-4-8']);
}

function putPin({ revision: { policy } }: View, chance: Chance): Call {
  const ring = policy.rings[chance.between(0, policy.rings.length - 1)]?.name;
  const family = chance.pick(families);
  const path = `/v1/rings/${ring}/pins/${family}${chance.pick(queries)}`;
  return { method: 'PUT', path, body: drawPin(family, chance) };
}

function putRoles({ roles }: View, chance: Chance): Call {
  const next: Record<keyof Roles, string[]> = JSON.parse(JSON.stringify(roles));
  const member = chance.happens(0.8) ? `email:${chance.pick(actors).name}` : 'domain:b.test';
  for (const name of roleNames) next[name] = next[name].filter((each) => each !== member);
  if (chance.happens(0.8)) next[chance.pick(roleNames)].push(member);
  return { method: 'PUT', path: '/v1/access', body: next };
}

function decideUpgrade({ rolloutState: { upgrades } }: View, chance: Chance): Call {
  const ready = upgrades.filter(({ state }) => state === 'ready');
  const those = ready.length > 0 && chance.happens(0.8) ? ready : upgrades;
  const upgrade = those[chance.between(0, those.length - 1)]?.id ?? 'none';
  return post(`/v1/upgrades/${upgrade}/${chance.pick(['approve', 'approve', 'approve?force=x', 'reject', 'reopen'])}`);
}

function moveRollout({ rolloutState: { rollouts } }: View, chance: Chance): Call {
  return post(`/v1/rollouts/${lately(rollouts, chance)}/${chance.pick(['pause', 'resume', 'abort'])}`);
}

/** A number from 1 to the newest, mostly one of the last. */
function lately(newest: number, chance: Chance): number {
  return Math.max(1, newest - chance.pick([0, 0, 0, 1, 1, 2, chance.between(0, 20)]));
}

function post(path: string): Call {
  return { method: 'POST', path };
}
