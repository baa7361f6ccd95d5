// A pin: the exact model that a family means in a ring.

import { z } from 'zod';
import { Location, ModelId } from '../models/catalogue-model.ts';

/** `location` overrides that of the ring; `context1m` asks for a context window of a million tokens. */
export const Pin = z.strictObject({
  model: ModelId,
  context1m: z.boolean().default(false),
  location: Location.optional(),
});
export type Pin = z.infer<typeof Pin>;
