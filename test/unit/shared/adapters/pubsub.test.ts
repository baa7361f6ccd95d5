// Events over Pub/Sub, on Google's emulator.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Message, PubSub, type Subscription } from '@google-cloud/pubsub';
import { type Emulator, startPubsubEmulator, whyNoEmulators } from '../../../../functions/local/emulators.ts';
import { openPubsub } from '../../../../shared/adapters/pubsub.ts';
import { appendEvent, type Event, emptyChain } from '../../../../shared/domain/events/event.ts';
import type { Bus } from '../../../../shared/ports.ts';
import { newEvent } from '../../../support/world.ts';

process.env['METADATA_SERVER_DETECTION'] = 'none';

describe('the Pub/Sub bus', { skip: whyNoEmulators() }, () => {
  let emulator: Emulator;
  let client: PubSub;
  let subscription: Subscription;
  let bus: Bus;
  const received: Message[] = [];

  before(async () => {
    emulator = await startPubsubEmulator();
    process.env['PUBSUB_EMULATOR_HOST'] = emulator.host;
    client = new PubSub({ projectId: 'demo-bus' });
    await client.createTopic('events');
    [subscription] = await client.topic('events').createSubscription('all', { enableMessageOrdering: true });
    subscription.on('message', (message) => {
      received.push(message);
      message.ack();
    });
    bus = openPubsub('demo-bus', 'events');
  });
  after(async () => {
    // Before its client: else it keeps the process alive. (pubsub 6.3.0)
    await subscription.close();
    await bus.close();
    await client.close();
    await emulator.stop();
  });

  test('carries an event whole, in order for its subject, with the attributes of a CloudEvent', async () => {
    const events = Array.from(
      { length: 20 },
      (_, at) => appendEvent({ ...emptyChain, seq: at }, newEvent(at + 1)).event,
    );
    for (const event of events) assert.deepEqual(await bus.publish(event), { ok: true, value: null });
    await until(() => received.length === events.length);

    assert.deepEqual(
      received.map((message): Event => JSON.parse(message.data.toString())),
      events,
    );
    const [first] = received;
    assert.equal(first?.orderingKey, 'policy');
    assert.deepEqual(first?.attributes, {
      'ce-specversion': '1.0',
      'ce-id': 'PolicyChanged.policy.1',
      'ce-type': 'pinward.PolicyChanged',
      'ce-source': '//pinward/projects/demo-bus',
      'ce-subject': 'policy',
      'ce-time': '2026-11-24T11:00:00.000Z',
      'content-type': 'application/json',
    });
  });

  test('says that it could not publish, and publishes the next time', async () => {
    const lost = openPubsub('demo-bus', 'missing-topic');
    const { event } = appendEvent(emptyChain, newEvent());
    const refused = await lost.publish(event);
    await client.createTopic('missing-topic');
    const taken = await lost.publish(event);
    await lost.close();

    assert.equal(refused.ok ? 'ok' : refused.fault.code, 'bus_unavailable');
    assert.ok(taken.ok);
  });
});

async function until(isSo: () => boolean): Promise<void> {
  const end = performance.now() + 60_000;
  while (!isSo()) {
    if (performance.now() > end) throw new Error('it did not come to pass within a minute');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
