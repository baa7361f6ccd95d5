// Every kind of document that Pinward keeps and its schema: the list that both stores and their codec work from.

import { z } from 'zod';
import { Event, Journal } from './event.ts';
import { Revision } from './revision.ts';

/** All that a poll needs, in one document, so that one read refreshes an instance. */
export const Published = z.strictObject({ revision: Revision });
export type Published = z.infer<typeof Published>;

export interface Documents {
  readonly published: Published;
  readonly revision: Revision;
  readonly event: Event;
  readonly journal: Journal;
}
export type Kind = keyof Documents;

export const schemas: { readonly [K in Kind]: z.ZodType<Documents[K]> } = {
  published: Published,
  revision: Revision,
  event: Event,
  journal: Journal,
};
