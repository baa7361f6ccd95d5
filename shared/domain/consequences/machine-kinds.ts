// Machine kinds: the machines that the selectors of two policies can tell apart, as pairs of rings: the one before a
// change and the one after it. Rings are compared by their machines, because a ring can get another name or be split.
//
// A machine has one name, one address with its domain, and one value for each label. It belongs to the first ring that
// lists one of them. So each fact of a machine gives two indices, of the first ring that lists it before and after, and
// a machine's pair is the smallest of each. Two facts are enough to reach every pair that exists.

import type { Policy, Ring } from '../policy/policy.ts';

/** Machines that are in `before` and would be in `after`. */
export interface MachineKind {
  readonly before: Ring;
  readonly after: Ring;
  /** Selectors that a machine of this kind matches; the first of many machines. */
  readonly example: string;
}

/** The indices of the first rings that list a fact. */
interface Fact {
  readonly before: number;
  readonly after: number;
  /** A machine has one fact of a kind: its name, its address, or the value of one label. */
  readonly kind: string;
  readonly selector: string;
}

/** Every pair of rings that some machine has. */
export function machineKinds(before: Policy, after: Policy): readonly MachineKind[] {
  const facts = factsOf(firstRings(before), firstRings(after));
  const single = new Map(facts.map((fact) => [`${fact.before} ${fact.after}`, fact.selector]));
  const byBefore = bestByIndex(facts, 'before', 'after');
  const byAfter = bestByIndex(facts, 'after', 'before');
  const kinds: MachineKind[] = [];
  for (const [at, ring] of before.rings.entries()) {
    for (const [to, target] of after.rings.entries()) {
      const example = single.get(`${at} ${to}`) ?? examplePair(byBefore.get(at) ?? [], byAfter.get(to) ?? [], at, to);
      if (example !== null) kinds.push({ before: ring, after: target, example });
    }
  }
  return kinds;
}

function firstRings({ rings }: Policy): ReadonlyMap<string, number> {
  const selectors = rings.flatMap(({ match }, at) => match.map((selector) => [selector, at] as const));
  return new Map(selectors.toReversed());
}

/** One fact for each selector. The ring of `*` bounds each, and an address has the rings of its domain, too. */
function factsOf(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): readonly Fact[] {
  const indexIn = (rings: ReadonlyMap<string, number>, selector: string) =>
    Math.min(...['*', selector, domainOf(selector)].map((each) => rings.get(each) ?? Number.POSITIVE_INFINITY));
  return [...new Set([...before.keys(), ...after.keys()])].map((selector) => ({
    before: indexIn(before, selector),
    after: indexIn(after, selector),
    kind: kindOf(selector),
    selector,
  }));
}

function domainOf(selector: string): string {
  return selector.startsWith('email:') ? `domain:${selector.slice(selector.lastIndexOf('@') + 1)}` : selector;
}

function kindOf(selector: string): string {
  if (selector.startsWith('label:')) return selector.slice(0, selector.indexOf('='));
  return selector.startsWith('machine:') ? 'machine' : selector === '*' ? '*' : 'mail';
}

/** For each index of one side: the facts of two kinds that reach furthest on the other side. */
function bestByIndex(
  facts: readonly Fact[],
  side: 'before' | 'after',
  other: 'before' | 'after',
): ReadonlyMap<number, readonly Fact[]> {
  const best = new Map<number, readonly Fact[]>();
  for (const fact of facts) {
    const [first, second] = best.get(fact[side]) ?? [];
    if (first === undefined) best.set(fact[side], [fact]);
    else if (fact[other] > first[other])
      best.set(fact[side], fact.kind === first.kind ? keep(fact, second) : [fact, first]);
    else if (fact.kind !== first.kind && fact[other] > (second?.[other] ?? -1)) best.set(fact[side], [first, fact]);
  }
  return best;
}

function keep(first: Fact, second: Fact | undefined): readonly Fact[] {
  return second === undefined ? [first] : [first, second];
}

/** Two facts of different kinds that together give exactly this pair; null when no machine has both. */
function examplePair(
  ofBefore: readonly Fact[],
  ofAfter: readonly Fact[],
  before: number,
  after: number,
): string | null {
  for (const one of ofBefore) {
    for (const two of ofAfter) {
      if (one.kind === two.kind || one.after < after || two.before < before) continue;
      return `${one.selector} and ${two.selector}`;
    }
  }
  return null;
}
