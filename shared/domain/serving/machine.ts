// A machine: the sender of a poll, and the ring that it belongs to.

import type { Policy, Ring } from '../policy/policy.ts';

/** The facts about a machine. It reports its name and CLI; its email and labels come from its credential. */
export interface Machine {
  readonly name: string | null;
  readonly email: string | null;
  readonly labels: Readonly<Record<string, string>>;
  /** The version of Claude Code; null when the machine reported none. */
  readonly cli: string | null;
}

interface RingMatch {
  readonly ring: Ring;
  readonly selector: string;
}

/** All selectors that match a machine, from the narrowest to `*`. */
export function selectorsOf(machine: Machine): readonly string[] {
  const email = machine.email?.toLowerCase() ?? null;
  return [
    ...(machine.name === null ? [] : [`machine:${machine.name}`]),
    ...(email === null ? [] : [`email:${email}`, `domain:${email.slice(email.lastIndexOf('@') + 1)}`]),
    ...Object.entries(machine.labels).map(([key, value]) => `label:${key}=${value}`),
    '*',
  ];
}

/** A function that finds the first ring of the policy with a selector that matches the machine. */
export function ringChooser(policy: Policy): (machine: Machine) => RingMatch {
  const rings = policy.rings.map((ring) => ({ ring, selectors: new Set(ring.match) }));
  return function chooseRing(machine) {
    const candidates = selectorsOf(machine);
    for (const { ring, selectors } of rings) {
      const selector = candidates.find((candidate) => selectors.has(candidate));
      if (selector !== undefined) return { ring, selector };
    }
    throw new Error('no ring matches, although the schema requires * in the last ring');
  };
}
