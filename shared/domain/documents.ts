// Documents: every kind of document that Pinward stores, with its schema. Both stores and their codec use this list.

import { z } from 'zod';
import { Access, AccessRevision } from './access/access.ts';
import { TokenUse } from './access/fleet-token.ts';
import { Matrix } from './availability/availability.ts';
import { Proposal } from './changes/proposal.ts';
import { Announcement } from './events/announcement.ts';
import { ChainHead, Event } from './events/event.ts';
import { ProbeRequest } from './probe/probe-request.ts';
import { RolloutState } from './rollouts/rollout-state.ts';
import { FailureHistory } from './serving/failure-history.ts';
import { MachineCounts } from './serving/machine-counts.ts';
import { Revision } from './serving/revision.ts';
import { Rollout } from './serving/rollout.ts';

/** The published policy: everything that a poll needs, in one document. One read refreshes an instance. */
export const Published = z.strictObject({ revision: Revision });
export type Published = z.infer<typeof Published>;

/** A health issue: a lasting error that needs an operator and that /healthz shows, such as a revoked webhook. */
export const HealthIssue = z.strictObject({ since: z.iso.datetime(), reason: z.string().max(500) });
export type HealthIssue = z.infer<typeof HealthIssue>;

/** A lease: `holder` alone may run a job until `until`. */
const Lease = z.strictObject({ holder: z.string().min(1).max(100), until: z.iso.datetime() });
type Lease = z.infer<typeof Lease>;

/** A write check: a small document that is written to see whether the store takes writes. */
const WriteCheck = z.strictObject({ at: z.iso.datetime() });
type WriteCheck = z.infer<typeof WriteCheck>;

/** The value of each kind of document. */
export interface Documents {
  /** One document, `current`. */
  readonly published: Published;
  /** By number. */
  readonly revision: Revision;
  /** By number. */
  readonly event: Event;
  /** One document, `current`. */
  readonly chainHead: ChainHead;
  /** Events that are not on the bus yet, by number; deleted once the bus has them. */
  readonly outbox: Event;
  /** By the event's id. */
  readonly announcement: Announcement;
  /** By the part that has the error, such as `slack`. */
  readonly healthIssue: HealthIssue;
  /** The availability of every model endpoint: one document, `current`. */
  readonly matrix: Matrix;
  /** What the next runs of the probe shall ask about, too: one document, `current`. */
  readonly probeRequest: ProbeRequest;
  /** By the job that only one instance may run at a time, such as `probe`. */
  readonly lease: Lease;
  /** Upgrades and the freeze: one document, `current`. */
  readonly rolloutState: RolloutState;
  /** By number; kept after their end. */
  readonly rollout: Rollout;
  /** By the number of the rollout, as long as it is kept. */
  readonly failureHistory: FailureHistory;
  /** By number. */
  readonly proposal: Proposal;
  /** Machines that polled, by the number of the time window. */
  readonly pollCount: MachineCounts;
  /** Machines that reported, by the number of a revision. */
  readonly reportCount: MachineCounts;
  /** Roles and fleet tokens: one document, `current`. */
  readonly access: Access;
  /** By number. */
  readonly accessRevision: AccessRevision;
  /** By the token's SHA-256. */
  readonly tokenUse: TokenUse;
  /** One document, `current`. */
  readonly writeCheck: WriteCheck;
}
export type Kind = keyof Documents;

/** Days after the last write that a document of a kind expires. Kinds that aren't here are kept. */
export const keptDays: { readonly [K in Kind]?: number } = {
  announcement: 180,
  pollCount: 1,
  reportCount: 90,
  tokenUse: 400,
};

export const schemas: { readonly [K in Kind]: z.ZodType<Documents[K]> } = {
  published: Published,
  revision: Revision,
  event: Event,
  chainHead: ChainHead,
  outbox: Event,
  announcement: Announcement,
  healthIssue: HealthIssue,
  matrix: Matrix,
  probeRequest: ProbeRequest,
  lease: Lease,
  rolloutState: RolloutState,
  rollout: Rollout,
  failureHistory: FailureHistory,
  proposal: Proposal,
  pollCount: MachineCounts,
  reportCount: MachineCounts,
  access: Access,
  accessRevision: AccessRevision,
  tokenUse: TokenUse,
  writeCheck: WriteCheck,
};
