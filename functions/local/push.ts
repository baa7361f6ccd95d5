// The topic of events and its push subscription, with Terraform's settings. The Pub/Sub emulator starts without them.

import { PubSub } from '@google-cloud/pubsub';

const alreadyExists = 6;

/** Creates the topic if needed and a new subscription. The endpoint's path must be `pushPath`. */
export async function subscribePush(project: string, topic: string, endpoint: string): Promise<void> {
  const client = new PubSub({ projectId: project });
  try {
    await ignoreExisting(client.createTopic(topic));
    const options = {
      enableMessageOrdering: true,
      ackDeadlineSeconds: 30,
      pushConfig: { pushEndpoint: endpoint },
      retryPolicy: { minimumBackoff: { seconds: 1 }, maximumBackoff: { seconds: 60 } },
    };
    await client
      .topic(topic)
      .subscription('announce')
      .delete()
      .catch(() => undefined);
    await client.topic(topic).createSubscription('announce', options);
  } finally {
    await client.close();
  }
}

/** The path of a push endpoint. The functions-framework reads the topic from it. */
export function pushPath(project: string, topic: string): string {
  return `/projects/${project}/topics/${topic}`;
}

async function ignoreExisting(creation: Promise<unknown>): Promise<void> {
  await creation.catch((error) => {
    if (error.code !== alreadyExists) throw error;
  });
}
