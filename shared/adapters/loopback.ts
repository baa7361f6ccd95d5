// The bus within one process. An event is published when its listener has finished, so after a crash an unfinished one
// is still in the outbox.

import type { Event } from '../domain/events/event.ts';
import { fail, ok } from '../domain/fault.ts';
import type { Bus } from '../ports.ts';

/** `listener` throws when the event must be published again. */
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
