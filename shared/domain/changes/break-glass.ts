// Breaking the glass: an owner sets the rule of the second person aside for a time, with a reason, for the day when
// nobody else is there. Slack, the log and /v1/health say so until it ends.

import { z } from 'zod';

/** The stored exception. */
export const BreakGlass = z.strictObject({
  by: z.string().min(1).max(320),
  at: z.iso.datetime(),
  /** When it ends. */
  until: z.iso.datetime(),
  reason: z.string().min(1).max(500),
});
export type BreakGlass = z.infer<typeof BreakGlass>;

/** Whether the rule is set aside at a time. `now` is ISO 8601, UTC. */
export function isGlassBroken(breakGlass: BreakGlass | null, now: string): boolean {
  return breakGlass !== null && now < breakGlass.until;
}
