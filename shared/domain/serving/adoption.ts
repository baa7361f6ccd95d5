// Adoption: how many machines have which revision, and how many of them failed to apply it.

/** Polls are counted by stretches of so many milliseconds; a machine polls at least every 15 minutes. */
export const windowMs = 10 * 60_000;

/** How many stretches, the running one included, a machine is remembered after its last poll: 20 to 30 minutes. */
export const windowsCounted = 3;

/**
 * Standard error of a count as a share of it, as sketches have 4096 registers: 1.6 %; a few dozen are counted to the machine.
 * Of an older revision, which machines are leaving, it is 1.6 % of its ring.
 */
export const standardError = 0.016;

export interface AdoptionCounts {
  /** Polls of this time were counted (ISO 8601); null when there was none yet. */
  readonly period: { readonly from: string; readonly until: string } | null;
  /** Machines that polled in that time. */
  readonly machines: number;
  /** Newest first. */
  readonly revisions: readonly RevisionCounts[];
  /** Machines of that time whose Claude Code is too old for their pin of a family. */
  readonly heldBack: readonly { readonly family: string; readonly machines: number }[];
  /** Machines of that time that a rollout has brought its pin to. */
  readonly reached: readonly { readonly rollout: number; readonly machines: number }[];
  readonly standardError: number;
}

export interface RevisionCounts {
  readonly revision: number;
  /** Machines that were served this one and none newer: a machine counts once, and revisions only grow. */
  readonly served: number;
  readonly rings: readonly { readonly ring: string; readonly served: number }[];
  /** Machines that reported so, whenever that was. One that failed and then succeeded counts in both. */
  readonly applied: number;
  readonly failed: number;
  /** Different machines that reported on this revision or a newer one, and those of them that reported a failure. */
  readonly sinceThen: { readonly reports: number; readonly failed: number };
}

interface FailureRate {
  readonly reports: number;
  readonly failed: number;
  /** 0 to 1; 0 when nobody has reported. */
  readonly rate: number;
}

/** Of the machines that reported on this revision or a newer one, those that reported a failure. */
export function failureRate({ revisions }: AdoptionCounts, sinceRevision: number): FailureRate {
  const oldest = revisions.findLast(({ revision }) => revision >= sinceRevision);
  const { reports, failed } = oldest?.sinceThen ?? { reports: 0, failed: 0 };
  return { reports, failed, rate: reports === 0 ? 0 : failed / reports };
}
