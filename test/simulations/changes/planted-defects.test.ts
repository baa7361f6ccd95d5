// Defects that are planted in the product: the simulation must find each. What it can't find, it doesn't check.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { consequencesOf } from '../../../shared/domain/consequences/consequences.ts';
import type { Policy } from '../../../shared/domain/policy/policy.ts';
import type { Options } from './options.ts';
import type { State } from './oracle/render.ts';
import type { Claim, ClaimsOf } from './pairs/claims.ts';
import { type Outcome, simulate } from './simulate.ts';
import { ada, bob, robot } from './walks/actors.ts';
import { type Door, honestDoor } from './walks/world.ts';

function changed(change: (claim: Claim) => readonly Claim[]): ClaimsOf {
  return (...input) => consequencesOf(...input).flatMap(change);
}

function lowerIf(isSo: (claim: Claim) => boolean): ClaimsOf {
  return changed((claim) => [isSo(claim) ? { ...claim, risk: 'lowers' } : claim]);
}

function isLonger(from: unknown, to: unknown): boolean {
  return Array.isArray(to) && to.length > (Array.isArray(from) ? from.length : 0);
}

const defects: Readonly<Record<string, readonly [keyof Outcome, ClaimsOf]>> = {
  'a family is forgotten': ['unnamed', changed((claim) => (claim.path === '/pins/haiku' ? [] : [claim]))],
  'rings are compared by name': [
    'unnamed',
    (before, after, ...rest) => consequencesOf(before, byName(before, after), ...rest),
  ],
  'machines that move are forgotten': [
    'unnamed',
    changed((claim) => (claim.concerns[0]?.startsWith('ring') ? [claim] : [])),
  ],
  'rollouts are forgotten': [
    'unnamed',
    (before, after, ...rest) => consequencesOf({ ...before, rollouts: [] }, { ...after, rollouts: [] }, ...rest),
  ],
  'what was found callable is forgotten': [
    'unnamed',
    (before, after, ...rest) => consequencesOf(before, { ...after, callableModels: before.callableModels }, ...rest),
  ],
  'versions are forgotten': ['unnamed', changed((claim) => (claim.clients === null ? [claim] : []))],
  'the former value is wrong': ['unnamed', changed((claim) => [{ ...claim, from: claim.to }])],
  'another location lowers': ['unasked', lowerIf(({ path }) => path === '/location')],
  'the end of the rule lowers': ['unasked', lowerIf(({ path }) => path === '/secondPerson')],
  'any setting is neutral': ['unasked', lowerIf(({ path }) => path.startsWith('/settings/'))],
  'spellings of denied models are forgotten': [
    'unasked',
    lowerIf(({ path, from, to }) => path === '/settings/deniedModels' && isLonger(from, to)),
  ],
  'everything raises': ['askedForNothing', changed((claim) => [{ ...claim, risk: 'raises' }])],
};

describe('pairs show that', () => {
  for (const [name, [fault, claimsOf]] of Object.entries(defects)) {
    test(name, async () => {
      assert.ok(await isFound(fault, { pairs: 15, walks: 0 }, claimsOf));
    });
  }
});

/** Whether one of some small runs shows it. */
async function isFound(fault: keyof Outcome, size: Omit<Options, 'seed'>, claimsOf: ClaimsOf, door = honestDoor) {
  for (let seed = 1; seed <= 20; seed++) {
    const { outcome } = await simulate({ ...size, seed }, claimsOf, () => {}, door);
    if (outcome[fault] > 0) return true;
  }
  return false;
}

/** The second state with its rings in the order of the first one, as if only names counted. */
function byName(before: State, after: State): State {
  const match = (name: string) => before.policy.rings.find((ring) => ring.name === name)?.match;
  const rings = after.policy.rings.map((ring) => ({ ...ring, match: match(ring.name) ?? ring.match }));
  const policy: Policy = { ...after.policy, rings };
  return { ...after, policy };
}

const doors: Readonly<Record<string, Door>> = {
  'software is taken for a person': (world, step, caller) =>
    honestDoor(world, step, step.actor === robot ? { ...caller, isPerson: true } : caller),
  'an owner approves under another name': (world, step, caller) => {
    const isApproval = step.call?.path.endsWith('/approve') === true && step.actor === ada;
    return honestDoor(world, step, isApproval ? { ...caller, name: bob.name } : caller);
  },
  'a restore brings everything back': async (world, step, caller) => {
    const answer = await honestDoor(world, step, caller);
    if (step.call?.path.endsWith('/restore') === true) await world.forceProposal(answer.body.proposal ?? null);
    return answer;
  },
  'a change of the policy waits for nobody': async (world, step, caller) => {
    const answer = await honestDoor(world, step, caller);
    if (step.call?.path.startsWith('/v1/policy') === true) await world.forceProposal(answer.body.proposal ?? null);
    return answer;
  },
  'roles are given by one person': async (world, step, caller) => {
    const answer = await honestDoor(world, step, caller);
    if (step.call?.path === '/v1/access') await world.forceProposal(answer.body.proposal ?? null);
    return answer;
  },
};

describe('walks show that', () => {
  for (const [name, door] of Object.entries(doors)) {
    test(name, async () => {
      assert.ok(await isFound('escaped', { pairs: 0, walks: 2 }, consequencesOf, door));
    });
  }
});
