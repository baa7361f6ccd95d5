// The bus over Google Pub/Sub: one topic with message ordering. The first event loads the client, a poll never does.

import type { PubSub, Topic } from '@google-cloud/pubsub';
import type { Event } from '../domain/events/event.ts';
import { fail, ok, type Result } from '../domain/fault.ts';
import type { Bus } from '../ports.ts';

/** For one publish with its retries. */
const publishTimeoutMs = 10_000;

export function openPubsub(project: string, topicName: string): Bus {
  let opened: Promise<{ client: PubSub; topic: Topic }> | null = null;

  async function open(): Promise<{ client: PubSub; topic: Topic }> {
    const { PubSub: Client } = await import('@google-cloud/pubsub');
    const client = new Client({ projectId: project });
    const topic = client.topic(topicName, {
      messageOrdering: true,
      batching: { maxMessages: 1 },
      gaxOpts: { timeout: publishTimeoutMs, maxRetries: 0 },
    });
    return { client, topic };
  }

  return {
    async publish(event): Promise<Result<null>> {
      opened ??= open();
      const { topic } = await opened;
      try {
        await topic.publishMessage({
          // The framework doesn't decode a message without a body. (functions-framework 5.0.5)
          json: event,
          orderingKey: event.subject,
          attributes: cloudEventAttributes(event, project),
        });
        return ok(null);
      } catch (cause) {
        // After a failure the client blocks the ordering key. The outbox keeps the order itself.
        topic.resumePublishing(event.subject);
        return fail({ code: 'bus_unavailable', detail: cause instanceof Error ? cause.message : String(cause) });
      }
    },
    async close() {
      if (opened !== null) await (await opened).client.close();
    },
  };
}

/** CloudEvents 1.0 in binary mode: https://github.com/googleapis/google-cloudevents/blob/main/docs/spec/pubsub.md */
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
