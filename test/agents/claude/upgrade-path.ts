// The path of an upgrade. Vertex enables a model, the probe finds it, and Slack shows one message. The admin makes the call
// in the message, the agent fetches the pins, and Claude Code uses the new model. Runs once with the service in one process,
// and once with the bundles of a deployment.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import {
  type Emulator,
  startFirestoreEmulator,
  startPubsubEmulator,
  whyNoEmulators,
} from '../../../functions/local/emulators.ts';
import { type FakeGarden, startFakeGarden } from '../../support/fakes/garden.ts';
import { type FakeSlack, startFakeSlack } from '../../support/fakes/slack.ts';
import { startFakeVertex } from '../../support/fakes/vertex.ts';
import { runAgent, whyNoClient } from './client.ts';
import { Fleet, pinned } from './fleet.ts';
import { type MovableService, type Surroundings, startInOneProcess, startOnBundles } from './services.ts';

const forms = { 'in one process': startInOneProcess, 'on the bundles': startOnBundles };

for (const [form, start] of Object.entries(forms)) {
  describe(`an upgrade ${form}`, { skip: whyNoClient() || whyNoEmulators() }, () => testUpgrade(start));
}

function testUpgrade(start: (around: Surroundings) => Promise<MovableService>): void {
  const emulators: Emulator[] = [];
  let slack: FakeSlack;
  let garden: FakeGarden;
  let service: MovableService;
  let fleet: Fleet;

  before(async () => {
    const [firestore, pubsub] = await Promise.all([startFirestoreEmulator(), startPubsubEmulator()]);
    emulators.push(firestore, pubsub);
    slack = await startFakeSlack();
    garden = await startFakeGarden();
    for (const model of Object.values(pinned)) garden.script({ model }, 'enabled');
    service = await start({
      emulators: { firestore: firestore.host, pubsub: pubsub.host },
      slackUrl: slack.url,
      garden: garden.endpoint,
    });
    fleet = new Fleet(service, await startFakeVertex());
  });
  after(async () => {
    await fleet.close();
    await garden.close();
    await slack.close();
    await Promise.all(emulators.map((emulator) => emulator.stop()));
  });

  test('travels from Vertex to Claude Code by the call that the message names', async () => {
    await fleet.state();
    await service.probe();
    service.passMinutes(2);
    await service.probe();
    await fleet.install('fragment');
    assert.equal(await fleet.modelOf('opus'), pinned.opus);

    garden.script({ model: 'claude-opus-5', location: 'global' }, 'enabled');
    await service.probe();
    const message = await untilTold('claude-opus-5 is enabled in global');
    const call = /curl -X PUT \S+\/v1\/rings\/everyone\/pins\/opus .*?--data '\{"model": "claude-opus-5"\}'/.exec(
      message,
    )?.[0];
    assert.ok(call, message);
    // The folder of somebody who keeps their credential as the README says.
    const env = { PATH: process.env['PATH'], HOME: service.dataFolder };
    writeFileSync(join(service.dataFolder, '.pinward-header'), `Authorization: Bearer ${service.adminToken}\n`);
    await promisify(execFile)('sh', ['-c', call], { env });
    await runAgent(fleet.machine, 'login');

    assert.equal(await fleet.modelOf('opus'), 'claude-opus-5');
    assert.equal(told('claude-opus-5 is enabled').length, 1);
  });

  test('can not be made by hand to a model that the project can not call', async () => {
    const headers = {
      Authorization: `Bearer ${service.adminToken}`,
      'If-Match': '*',
      'Content-Type': 'application/json',
    };
    const body = JSON.stringify({ model: 'claude-opus-5-5' });
    const response = await fetch(`${service.url}/v1/rings/everyone/pins/opus`, { method: 'PUT', headers, body });

    assert.equal(response.status, 409);
    assert.match(await response.text(), /Pin \\"claude-opus-5\\", which is callable there/);
  });

  test('takes a pin at risk back: a model that two runs find gone is told urgently, and a restore serves the old one', async () => {
    garden.script({ model: 'claude-opus-5', location: 'global' }, 'not found');
    await service.probe();
    assert.equal(told('Pin at risk').length, 0, 'one run alone says nothing');
    service.passMinutes(2);
    await service.probe();
    await untilTold('Pin at risk: claude-opus-5 in global');
    await fleet.call('POST', '/v1/revisions/1/restore', {});
    await runAgent(fleet.machine, 'login');

    assert.equal(await fleet.modelOf('opus'), pinned.opus);
  });

  function told(words: string): readonly string[] {
    return slack.messages.map(({ payload }) => textOf(payload)).filter((text) => text.includes(words));
  }

  async function untilTold(words: string): Promise<string> {
    const end = performance.now() + 60_000;
    for (;;) {
      const [message] = told(words);
      if (message !== undefined) return message;
      if (performance.now() > end) throw new Error(`nobody was told: ${words}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** The visible text of a message. */
function textOf(payload: unknown): string {
  const texts: string[] = [];
  JSON.stringify(payload, (key, value: unknown) => {
    if (key === 'text' && typeof value === 'string') texts.push(value);
    return value;
  });
  return texts.join('\n').replaceAll('&gt;', '>').replaceAll('&lt;', '<').replaceAll('&amp;', '&');
}
