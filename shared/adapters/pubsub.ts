// Events over Google Pub/Sub: one ordered topic. The client is loaded with the first event, never by a poll.

import type { PubSub, Topic } from '@google-cloud/pubsub';
import type { Event } from '../domain/events/event.ts';
import { fail, ok, type Result } from '../domain/fault.ts';
import type { Bus } from '../ports.ts';

/** How long a publish may take, its retries included (milliseconds). */
const publishWithinMs = 10_000;

export function openPubsub(project: string, topicName: string): Bus {
  let opened: Promise<{ client: PubSub; topic: Topic }> | null = null;

  async function open(): Promise<{ client: PubSub; topic: Topic }> {
    const { PubSub: Client } = await import('@google-cloud/pubsub');
    const client = new Client({ projectId: project });
    const topic = client.topic(topicName, {
      messageOrdering: true,
      batching: { maxMessages: 1 },
      gaxOpts: { timeout: publishWithinMs, maxRetries: 0 },
    });
    return { client, topic };
  }

  return {
    async publish(event): Promise<Result<null>> {
      opened ??= open();
      const { topic } = await opened;
      try {
        await topic.publishMessage({
          // A message without a body would reach the framework's function undecoded. (functions-framework 5.0.5)
          json: event,
          orderingKey: event.subject,
          attributes: cloudEventAttributes(event, project),
        });
        return ok(null);
      } catch (cause) {
        // The client stops a key after a failure so that nothing overtakes; the outbox keeps the order itself.
        topic.resumePublishing(event.subject);
        return fail({ code: 'bus_unavailable', detail: cause instanceof Error ? cause.message : String(cause) });
      }
    },
    async close() {
      if (opened !== null) await (await opened).client.close();
    },
  };
}

/** CloudEvents 1.0 attributes in the Pub/Sub protocol binding's binary mode. */
function cloudEventAttributes(event: Event, project: string): Record<string, string> {
  return {
    'ce-specversion': '1.0',
    'ce-id': event.id,
    'ce-type': `pinward.${event.kind}`,
    'ce-source': `//pinward/projects/${project}`,
    'ce-subject': event.subject,
    'ce-time': event.at,
    'content-type': 'application/json',
  };
}
