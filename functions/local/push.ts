// The topic of events and its push subscription, made as Terraform makes them in the cloud; the emulator has none at start.

import { PubSub } from '@google-cloud/pubsub';

const alreadyExists = 6;

/** Makes topic and subscription unless they are there. The endpoint's path must name the topic: the framework reads it. */
export async function subscribePush(project: string, topic: string, endpoint: string): Promise<void> {
  const client = new PubSub({ projectId: project });
  try {
    await unlessThere(client.createTopic(topic));
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

/** Where the framework's announce function takes pushes of this topic. */
export function pushPath(project: string, topic: string): string {
  return `/projects/${project}/topics/${topic}`;
}

async function unlessThere(made: Promise<unknown>): Promise<void> {
  await made.catch((error) => {
    if (error.code !== alreadyExists) throw error;
  });
}
