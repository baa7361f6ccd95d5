// One upgrade from Vertex to every machine and back: the real client asks a fake Model Garden, Google's emulators keep
// documents and carry events, Slack is told, and agents run as processes on the machines.

import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  type Emulator,
  startFirestoreEmulator,
  startPubsubEmulator,
  whyNoEmulators,
} from '../../functions/local/emulators.ts';
import { type Local, startLocal } from '../../functions/local/service.ts';
import { openVertex } from '../../shared/adapters/vertex.ts';
import { fragment, type Machine, newMachine, write } from '../agents/posix/machine.ts';
import { type FakeGarden, startFakeGarden } from '../support/fakes/garden.ts';
import { type FakeSlack, startFakeSlack } from '../support/fakes/slack.ts';
import { draft, pins, ring } from '../support/world.ts';

const [from, to] = [pins.opus.model, 'claude-opus-5'];
const minute = 60_000;

describe('an upgrade', { skip: whyNoEmulators() }, () => {
  const emulators: Emulator[] = [];
  let garden: FakeGarden;
  let slack: FakeSlack;
  let local: Local;
  let machines: readonly Machine[];
  /** Each agent's poll may come at any time, so the clock of the service stands between the steps. */
  let now = Date.now();

  before(async () => {
    emulators.push(await startFirestoreEmulator(), await startPubsubEmulator());
    [garden, slack] = [await startFakeGarden(), await startFakeSlack()];
    const [firestore = '', pubsub = ''] = emulators.map(({ host }) => host);
    const clock = () => now;
    for (const { model } of Object.values(pins)) garden.script({ model }, 'enabled');
    local = await startLocal({
      port: 0,
      dataFolder: mkdtempSync(join(tmpdir(), 'pinward-')),
      slackUrl: slack.url,
      emulators: { firestore, pubsub },
      project: null,
      garden: openVertex({ fakeHost: garden.endpoint, clock }),
      clock,
      write: () => {},
    });
    machines = Array.from({ length: 6 }, (_, at) => installed(local, `laptop-${at}`));
  });
  after(async () => {
    for (const machine of machines) machine[Symbol.dispose]();
    await local.close();
    await Promise.all([garden.close(), slack.close(), ...emulators.map((emulator) => emulator.stop())]);
  });

  test('goes from the day that Vertex enables it to all machines, share by share, and back within one call', async () => {
    const upgrades = { opus: { rule: 'approve', soakHours: 1 } };
    const rollout = { stages: [50, 100], bakeMinutes: 10, minReports: 100 };
    const policy = draft({ rings: [ring({ upgrades })], rollout });
    const stated = await call('PUT', '/v1/policy', policy);
    await probe(2);
    assert.deepEqual(await served(), Array(6).fill(from));

    garden.script({ model: to, location: 'global' }, 'enabled');
    await probe(2);
    await untilTold(`${to} is enabled in global`);
    now += 61 * minute;
    await advance();
    await untilTold(`${to} is ready for ring everyone`);
    await call('POST', `/v1/upgrades/everyone.opus.${to}/approve`);
    const half = await served();
    now += 10 * minute;
    await advance();
    const all = await served();
    now += 10 * minute;
    await advance();
    await untilTold(`${to} has reached all of ring everyone`);
    const { rings } = await call('GET', '/v1/policy');

    assert.ok(half.includes(to) && half.includes(from), `about half of ${half}`);
    assert.deepEqual(all, Array(6).fill(to));
    assert.equal(rings[0].pins.opus.model, to);

    await call('POST', `/v1/revisions/${stated.revision}/restore`);
    assert.deepEqual(await served(), Array(6).fill(from));
    await untilTold(`Rolled back to revision ${stated.revision}`);
  });

  test('is explained for the time at which it was under way', async () => {
    const { rollouts } = await call('GET', '/v1/rollouts');
    const at = new Date(Date.parse(rollouts[0].startedAt) + minute).toISOString();
    const answers: Awaited<ReturnType<typeof call>>[] = [];
    // One after the other: a caller may have only three calls in progress.
    for (const name of machines.keys()) {
      answers.push(await call('GET', `/v1/explain?machine=laptop-${name}&cli=2.1.331&at=${at}`));
    }

    assert.ok(answers.every(({ rollouts: [drawn] }) => drawn.reached === drawn.bucket < 5_000));
    assert.deepEqual(
      answers.map(({ pins: { opus } }) => opus.model),
      answers.map(({ rollouts: [drawn] }) => (drawn.reached ? to : from)),
    );
  });

  /** The timer of `npm start` may have been quicker; then there is nothing left to do. */
  async function advance(): Promise<void> {
    const advanced = await local.advance();
    assert.ok(advanced.ok, JSON.stringify(advanced));
    // By then every instance has read it.
    now += 16_000;
  }

  async function probe(times: number): Promise<void> {
    for (let time = 0; time < times; time++) {
      await local.probe();
      now += 2 * minute;
    }
  }

  /** What opus means on each machine once its agent has asked. */
  async function served(): Promise<readonly string[]> {
    return Promise.all(
      machines.map(async (machine) => {
        const { code, err } = await machine.run(['login']);
        assert.deepEqual([code, err], [0, '']);
        return JSON.parse(machine.read(fragment)).env.ANTHROPIC_DEFAULT_OPUS_MODEL;
      }),
    );
  }

  async function call(method: string, path: string, body?: object) {
    const headers = {
      Authorization: `Bearer ${local.adminToken}`,
      'If-Match': '*',
      'Content-Type': 'application/json',
    };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(local.url + path, { method, headers, ...sent });
    const answer = await response.json();
    assert.ok(response.ok, JSON.stringify(answer));
    return answer;
  }

  async function untilTold(words: string): Promise<void> {
    const end = performance.now() + 60_000;
    while (!slack.messages.some(({ payload }) => JSON.stringify(payload).includes(words))) {
      if (performance.now() > end) throw new Error(`nobody was told: ${words}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
});

function installed({ url, machineToken }: Local, name: string): Machine {
  const machine = newMachine();
  machine.configure({ server: url, machine: name });
  write(machine.path('etc/pinward/token'), `${machineToken}\n`, 0o600);
  return machine;
}
