// The bus of one process: hands each event to its listener and counts it as published only once that is done, so that
// what a crash cut short is still in the outbox at the next start.

import type { Event } from '../domain/events/event.ts';
import { fail, ok } from '../domain/fault.ts';
import type { Bus } from '../ports.ts';

/** `listener` throws when it must be told again. */
export function openLoopback(listener: (event: Event) => Promise<void>): Bus {
  return {
    async publish(event) {
      try {
        await listener(event);
        return ok(null);
      } catch (cause) {
        return fail({ code: 'bus_unavailable', detail: cause instanceof Error ? cause.message : String(cause) });
      }
    },
    close: () => Promise.resolve(),
  };
}
