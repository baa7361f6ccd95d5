// Adoption: how many machines have each revision, and how many of them failed to apply it.

import { families } from '../models/model.ts';
import type { Policy } from '../policy/policy.ts';

/** The length of a window in which polls are counted, in milliseconds. A machine polls at least every 15 minutes. */
export const windowMs = 10 * 60_000;

/** How many windows count, with the current one: a machine counts for 20 to 30 minutes after its last poll. */
export const windowsCounted = 3;

/**
 * The relative standard error of a count by a HyperLogLog of 4096 registers: 1.6 %. Counts of a few dozen are exact.
 * For an older revision, which machines are leaving, the error is 1.6 % of the machines in its ring.
 */
export const standardError = 0.016;

/** Estimated counts of machines. */
export interface AdoptionCounts {
  /** The time whose polls were counted (ISO 8601); null before the first poll. */
  readonly period: { readonly from: string; readonly until: string } | null;
  /** Machines that polled in the period. */
  readonly machines: number;
  /** Newest first. */
  readonly revisions: readonly RevisionCounts[];
  /** Machines of the period whose Claude Code is too old for their pin of a family. */
  readonly heldBack: readonly { readonly family: string; readonly ring: string; readonly machines: number }[];
  /** Machines of the period that a rollout has reached. */
  readonly reached: readonly { readonly rollout: number; readonly machines: number }[];
  /** Machines of the period by the version of their agent. One that was updated in it counts for both. */
  readonly agents: readonly { readonly version: string; readonly machines: number }[];
  readonly standardError: number;
}

/** Counts of one revision. */
export interface RevisionCounts {
  readonly revision: number;
  /** Machines for which this is the newest revision that they were served; each machine counts once. */
  readonly served: number;
  readonly rings: readonly { readonly ring: string; readonly served: number }[];
  /** Machines that reported a success at any time. A machine that failed first counts in `failed`, too. */
  readonly applied: number;
  /** Machines that reported a failure at any time. */
  readonly failed: number;
  /** By ring: different machines that reported on this revision or a newer one, and how many of them failed. */
  readonly sinceThen: readonly { readonly ring: string; readonly reports: number; readonly failed: number }[];
}

/** Counts of the machines of one ring. */
export interface RingAdoption {
  readonly ring: string;
  /** Machines that polled in the period as members of the ring. */
  readonly machines: number;
  /** Those whose newest revision has the same pins for the ring as the current policy. */
  readonly current: number;
  /** Those whose Claude Code is too old for their pin of a family. They get an older model. */
  readonly heldBack: readonly { readonly family: string; readonly machines: number }[];
}

interface FailureRate {
  readonly reports: number;
  readonly failed: number;
  /** 0 to 1; 0 when nobody has reported. */
  readonly rate: number;
}

/** Of the machines of a ring that reported on this revision or a newer one, the part that reported a failure. */
export function failureRate({ revisions }: AdoptionCounts, sinceRevision: number, ring: string): FailureRate {
  const oldest = revisions.findLast(({ revision }) => revision >= sinceRevision);
  const { reports, failed } = oldest?.sinceThen.find((each) => each.ring === ring) ?? { reports: 0, failed: 0 };
  return { reports, failed, rate: reports === 0 ? 0 : failed / reports };
}

/**
 * By ring, in the order of the policy. `served` are the policies of the revisions that machines have; one on a revision that it
 * lacks counts as if it had other pins.
 */
export function adoptionByRing(
  { revisions, heldBack }: AdoptionCounts,
  policy: Policy,
  served: ReadonlyMap<number, Policy>,
): readonly RingAdoption[] {
  const pins = pinsByRing(policy);
  const pinsOfRevision = new Map([...served].map(([revision, each]) => [revision, pinsByRing(each)]));
  return policy.rings.map(({ name }) => {
    const counts = revisions.flatMap(({ revision, rings }) =>
      rings.filter(({ ring }) => ring === name).map((each) => ({ revision, machines: each.served })),
    );
    const current = counts.filter(({ revision }) => pinsOfRevision.get(revision)?.get(name) === pins.get(name));
    return {
      ring: name,
      machines: sumOf(counts),
      current: sumOf(current),
      heldBack: heldBack.filter(({ ring }) => ring === name).map(({ family, machines }) => ({ family, machines })),
    };
  });
}

/** Each ring's pins, with where they are called, as a text to compare. */
function pinsByRing({ project, location, rings }: Policy): ReadonlyMap<string, string> {
  return new Map(
    rings.map((ring) => {
      const pins = families.map((family) => {
        const pin = ring.pins[family];
        return pin === undefined
          ? null
          : [pin.model, pin.context1m ?? false, pin.location ?? ring.location ?? location];
      });
      return [ring.name, JSON.stringify([ring.project ?? project, pins])];
    }),
  );
}

function sumOf(counts: readonly { readonly machines: number }[]): number {
  return counts.reduce((sum, { machines }) => sum + machines, 0);
}
