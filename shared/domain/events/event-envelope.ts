// The event envelope: the fields that every event has.

import { z } from 'zod';

export const envelope = {
  /** The event's number; without gaps. */
  seq: z.int().positive(),
  /** From kind, subject and transition: a repeated step makes the same id, and so no second event. */
  id: z.string().regex(/^[A-Za-z]+\.[A-Za-z0-9_@:.-]{1,250}$/),
  /** The thing that the event is about; events of one subject are delivered in order. */
  subject: z.string().min(1).max(200),
  at: z.iso.datetime(),
  by: z.string().min(1).max(320),
  /** The hash of the event before; zeros for the first. */
  previous: z.string().length(64),
  hash: z.string().length(64),
};
