// Adoption: how many machines have each revision, and how many of them failed to apply it.

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
