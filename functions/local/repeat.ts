// Work that a local run repeats. What fails is logged, and tried again the next time: a timer must not end the service.

import type { Log } from '../log.ts';

export type Repeated = ReturnType<typeof setInterval>;

/** `name` stands in the log when the work fails. */
export function repeat(name: string, everyMs: number, log: Log, work: () => Promise<unknown>): Repeated {
  const failed = (error: unknown) => log.error(`${name} failed`, { reason: String(error) });
  return setInterval(() => {
    // The promise's callback also turns an exception into a rejection.
    Promise.resolve().then(work).catch(failed);
  }, everyMs);
}
