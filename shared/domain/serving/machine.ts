// Who asks for pins, and which ring it falls into. Used by resolve for a poll and by explain.

import type { Policy, Ring } from '../policy/policy.ts';

/** What is known of a machine. Name and CLI are what it says; email and labels come from its credential. */
export interface Machine {
  readonly name: string | null;
  readonly email: string | null;
  readonly labels: Readonly<Record<string, string>>;
  /** Claude Code's version, or null when the machine didn't say. */
  readonly cli: string | null;
}

interface RingMatch {
  readonly ring: Ring;
  readonly selector: string;
}

/** The selectors that match a machine, from the narrowest to `*`. */
export function selectorsOf(machine: Machine): readonly string[] {
  const email = machine.email?.toLowerCase() ?? null;
  return [
    ...(machine.name === null ? [] : [`machine:${machine.name}`]),
    ...(email === null ? [] : [`email:${email}`, `domain:${email.slice(email.lastIndexOf('@') + 1)}`]),
    ...Object.entries(machine.labels).map(([key, value]) => `label:${key}=${value}`),
    '*',
  ];
}

/** Turns a policy into a function from machine to ring: the first ring that lists one of its selectors. */
export function ringChooser(policy: Policy): (machine: Machine) => RingMatch {
  const rings = policy.rings.map((ring) => ({ ring, selectors: new Set(ring.match) }));
  return function chooseRing(machine) {
    const own = selectorsOf(machine);
    for (const { ring, selectors } of rings) {
      const selector = own.find((candidate) => selectors.has(candidate));
      if (selector !== undefined) return { ring, selector };
    }
    throw new Error('no ring matches: the schema lets no policy through whose last ring lacks *');
  };
}
