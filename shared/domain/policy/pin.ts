// A pin: what a family means in a ring.

import { z } from 'zod';
import { Location, ModelId } from '../models/catalogue-model.ts';

export const Pin = z.strictObject({
  model: ModelId,
  context1m: z.boolean().default(false),
  location: Location.optional(),
});
export type Pin = z.infer<typeof Pin>;
