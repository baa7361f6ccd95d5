// What every event has, whatever happened: its place in the chain, its subject, when it was and by whom.

import { z } from 'zod';

export const envelope = {
  seq: z.int().positive(),
  /** From kind, subject and transition, so that whoever repeats a step makes no second event of it. */
  id: z.string().regex(/^[A-Za-z]+\.[A-Za-z0-9_@:.-]{1,250}$/),
  /** What it is about; events of one subject are delivered in order. */
  subject: z.string().min(1).max(200),
  at: z.iso.datetime(),
  by: z.string().min(1).max(320),
  /** The hash of the event before, or of nothing for the first. */
  previous: z.string().length(64),
  hash: z.string().length(64),
};
