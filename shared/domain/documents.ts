// Every kind of document that Pinward keeps and its schema: the list that both stores and their codec work from.

import { z } from 'zod';
import { Access, AccessRevision } from './access/access.ts';
import { TokenUse } from './access/fleet-token.ts';
import { Matrix } from './availability/availability.ts';
import { Proposal } from './changes/proposal.ts';
import { Announcement } from './events/announcement.ts';
import { ChainHead, Event } from './events/event.ts';
import { RolloutState } from './rollouts/rollout-state.ts';
import { MachineCounts } from './serving/machine-counts.ts';
import { Revision } from './serving/revision.ts';
import { Rollout } from './serving/rollout.ts';

/** All that a poll needs, in one document, so that one read refreshes an instance. */
export const Published = z.strictObject({ revision: Revision });
export type Published = z.infer<typeof Published>;

/** Something that an operator should know and /healthz shows, such as a revoked webhook. */
export const HealthIssue = z.strictObject({ since: z.iso.datetime(), reason: z.string().max(500) });
export type HealthIssue = z.infer<typeof HealthIssue>;

/** Whose turn something is, until when. */
const Lease = z.strictObject({ holder: z.string().min(1).max(100), until: z.iso.datetime() });
type Lease = z.infer<typeof Lease>;

export interface Documents {
  readonly published: Published;
  readonly revision: Revision;
  readonly event: Event;
  readonly chainHead: ChainHead;
  /** Events that have not been published yet, by their number; removed once they are. */
  readonly outbox: Event;
  /** By the event's id. */
  readonly announcement: Announcement;
  /** By what is in trouble, such as `slack`. */
  readonly healthIssue: HealthIssue;
  /** What the probe knows of every place: one document, `current`. */
  readonly matrix: Matrix;
  /** By what is done by one at a time, such as `probe`. */
  readonly lease: Lease;
  /** Upgrades and the freeze: one document, `current`. */
  readonly rolloutState: RolloutState;
  /** By number, also when over. */
  readonly rollout: Rollout;
  /** Changes that wait for a second person, by number. */
  readonly proposal: Proposal;
  /** Machines that polled, by the number of a stretch of time. */
  readonly pollCount: MachineCounts;
  /** Machines that reported, by the number of a revision. */
  readonly reportCount: MachineCounts;
  /** Roles and fleet tokens: one document, `current`. */
  readonly access: Access;
  /** By number. */
  readonly accessRevision: AccessRevision;
  /** By the token's SHA-256. */
  readonly tokenUse: TokenUse;
}
export type Kind = keyof Documents;

/** Kinds that are of no use after a time, in days from their last write; the others are kept. */
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
  lease: Lease,
  rolloutState: RolloutState,
  rollout: Rollout,
  proposal: Proposal,
  pollCount: MachineCounts,
  reportCount: MachineCounts,
  access: Access,
  accessRevision: AccessRevision,
  tokenUse: TokenUse,
};
