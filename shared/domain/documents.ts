// Every kind of document that Pinward keeps and its schema: the list that both stores and their codec work from.

import { z } from 'zod';
import { Announcement } from './announcement.ts';
import { Matrix } from './availability.ts';
import { Event, Journal } from './event.ts';
import { Revision } from './revision.ts';

/** All that a poll needs, in one document, so that one read refreshes an instance. */
export const Published = z.strictObject({ revision: Revision });
export type Published = z.infer<typeof Published>;

/** Something that an operator should know and /healthz shows, such as a revoked webhook. */
export const Trouble = z.strictObject({ since: z.iso.datetime(), reason: z.string().max(500) });
export type Trouble = z.infer<typeof Trouble>;

/** Whose turn something is, until when. */
export const Lease = z.strictObject({ holder: z.string().min(1).max(100), until: z.iso.datetime() });
export type Lease = z.infer<typeof Lease>;

export interface Documents {
  readonly published: Published;
  readonly revision: Revision;
  readonly event: Event;
  readonly journal: Journal;
  /** Events that have not been published yet, by their number; removed once they are. */
  readonly outbox: Event;
  /** By the event's id. */
  readonly announcement: Announcement;
  /** By what is in trouble, such as `slack`. */
  readonly trouble: Trouble;
  /** What the probe knows of every place: one document, `current`. */
  readonly matrix: Matrix;
  /** By what is done by one at a time, such as `probe`. */
  readonly lease: Lease;
}
export type Kind = keyof Documents;

/** Kinds that are of no use after a time, in days from their last write; the others are kept. */
export const keptDays: { readonly [K in Kind]?: number } = { announcement: 180 };

export const schemas: { readonly [K in Kind]: z.ZodType<Documents[K]> } = {
  published: Published,
  revision: Revision,
  event: Event,
  journal: Journal,
  outbox: Event,
  announcement: Announcement,
  trouble: Trouble,
  matrix: Matrix,
  lease: Lease,
};
