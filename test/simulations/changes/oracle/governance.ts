// The differences in what governs later changes, for the machines that are in one ring before and in another one after.

import { isDeepStrictEqual } from 'node:util';
import { type Family, families } from '../../../../shared/domain/models/model.ts';
import type { Policy, Ring } from '../../../../shared/domain/policy/policy.ts';
import { pointerOf, type Told } from './differences.ts';

/** What machines are served shows these, or they are compared one by one. */
const compared = ['name', 'match', 'project', 'location', 'lock', 'settings', 'pins', 'models', 'upgrades', 'rollout'];
const unwritten = { rule: 'manual', soakHours: 72 };

export function governanceBetween(
  [before, ring]: readonly [Policy, Ring],
  [after, target]: readonly [Policy, Ring],
): readonly Told[] {
  const ids = new Set([...before.models, ...after.models].map(({ id }) => id));
  return [
    told(['secondPerson'], before.secondPerson === true, after.secondPerson === true),
    ...families.map((each) => told(['upgrades', each], ruleOf(before, ring, each), ruleOf(after, target, each))),
    told(['rollout'], ring.rollout ?? before.rollout, target.rollout ?? after.rollout),
    ...[...ids].map((id) => told(['models', id], factsOf(before, id), factsOf(after, id))),
    ...others({ ...before, rings: null, secondPerson: null }, { ...after, rings: null, secondPerson: null }),
    ...others(ring, target),
  ].filter(({ from, to }) => !isDeepStrictEqual(from, to));
}

function told(keys: readonly string[], from: unknown, to: unknown): Told {
  return { path: pointerOf(keys), from, to };
}

function ruleOf(policy: Policy, ring: Ring, family: Family) {
  return ring.upgrades?.[family] ?? policy.upgrades?.[family] ?? unwritten;
}

/** Each fact that the policy states of a model: a later one of the list replaces a former one. */
function factsOf({ models }: Policy, id: string): object | undefined {
  const facts = models.filter((model) => model.id === id);
  return facts.length === 0 ? undefined : Object.assign({}, ...facts);
}

function others(before: object, after: object): readonly Told[] {
  const [from, to] = [
    new Map<string, unknown>(Object.entries(before)),
    new Map<string, unknown>(Object.entries(after)),
  ];
  return [...new Set([...from.keys(), ...to.keys()])]
    .filter((key) => !compared.includes(key))
    .map((key) => told([key], from.get(key), to.get(key)));
}
