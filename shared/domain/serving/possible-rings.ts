// Possible rings: the rings that a machine may belong to, when not everything is known about it. Each of them is possible
// indeed: there is a machine with the known facts that belongs to it.

import type { Policy, Ring } from '../policy/policy.ts';
import { selectorsOf } from './machine.ts';

/** What is known about a machine. A fact that is undefined may be anything; null and {} say that there is none. */
export interface MachineFacts {
  readonly name: string | null | undefined;
  readonly email: string | null | undefined;
  readonly labels: Readonly<Record<string, string>> | undefined;
}

export interface PossibleRing {
  readonly ring: Ring;
  /** The selector that matches by the known facts; null when an unknown fact decides. */
  readonly selector: string | null;
  /** Without a known selector: those that would match, each with another value of an unknown fact. */
  readonly open: readonly string[];
}

/** In the policy's order, up to the first ring that surely matches. With all facts known, it is the only one. */
export function possibleRings(policy: Policy, facts: MachineFacts): readonly PossibleRing[] {
  const { name, email, labels } = facts;
  const known = selectorsOf({ name: name ?? null, email: email ?? null, labels: labels ?? {}, cli: null });
  const earlier = new Set<string>();
  const possible: PossibleRing[] = [];
  for (const ring of policy.rings) {
    const selectors = new Set(ring.match);
    const selector = known.find((each) => selectors.has(each)) ?? null;
    if (selector !== null) return [...possible, { ring, selector, open: [] }];
    const open = ring.match.filter((each) => isOpen(each, facts) && !isTaken(each, earlier));
    if (open.length > 0) possible.push({ ring, selector: null, open });
    for (const each of ring.match) earlier.add(each);
  }
  throw new Error('no ring matches, although the schema requires * in the last ring');
}

/** The kinds of facts that a selector may ask for, as the query of an explanation calls them. */
export function factOf(selector: string): 'machine' | 'email' | 'label' {
  if (selector.startsWith('machine:')) return 'machine';
  return selector.startsWith('label:') ? 'label' : 'email';
}

function isOpen(selector: string, { name, email, labels }: MachineFacts): boolean {
  const isUnknown = { machine: name === undefined, email: email === undefined, label: labels === undefined };
  return isUnknown[factOf(selector)];
}

/** Whether an earlier ring has every machine that the selector matches. */
function isTaken(selector: string, earlier: ReadonlySet<string>): boolean {
  if (earlier.has(selector)) return true;
  const domain = selector.startsWith('email:') ? `domain:${selector.slice(selector.lastIndexOf('@') + 1)}` : null;
  return domain !== null && earlier.has(domain);
}
