// The three functions as they are deployed, on Google's emulators and a fake Slack, while processes are killed without
// warning: no acknowledged change is lost, every change is announced, and none twice but where a crash of announce fell
// between Slack's taking the post and the record of it (test/http/announce.test.ts shows that this window is the only one).

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { whyNoEmulators } from '../../functions/local/emulators.ts';
import { openFirestore } from '../../shared/adapters/firestore.ts';
import { openPubsub } from '../../shared/adapters/pubsub.ts';
import { type Event, findBreak } from '../../shared/domain/events/event.ts';
import type { Store } from '../../shared/ports.ts';
import { testKeys } from '../support/document-keys.ts';
import type { FakeSlack } from '../support/fakes/slack.ts';
import { seededRandom } from '../support/random.ts';
import { draft } from '../support/world.ts';
import { adminHeaders, type Deployed } from './deployed.ts';
import { type DeployedService, startDeployedService, topic } from './deployed-service.ts';
import { readAll } from './read-all.ts';

const changes = 200;
const writers = 4;
/** A function is killed after about so many changes. */
const changesPerKill = 12;
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const project = `demo-chaos-${seed}`;

describe('under SIGKILL', { skip: whyNoEmulators() }, () => {
  let service: DeployedService;
  let slack: FakeSlack;
  let store: Store;

  before(async () => {
    service = await startDeployedService(project, ['api', 'probe', 'announce']);
    slack = service.slack;
    store = openFirestore({ project, keys: testKeys });
  });
  after(async () => {
    await store.close();
    await service.stop();
  });

  test(`keeps and tells every one of ${changes} changes (SEED=${seed})`, { timeout: 300_000 }, async (t) => {
    const random = seededRandom(seed);
    const acknowledged = new Map<number, string>();
    const announceKills: { readonly begun: number; readonly ended: number }[] = [];
    let made = 0;
    let killing: Promise<unknown> = Promise.resolve();
    let kills = 0;

    async function write(): Promise<void> {
      while (made < changes) {
        const name = `change-${++made}`;
        if (random() < 1 / changesPerKill) kill();
        acknowledged.set(await changeUntilAcknowledged(service.functionOf('api'), name), name);
      }
    }
    function kill(): void {
      const target = (['api', 'probe', 'announce'] as const)[Math.floor(random() * 3)] ?? 'api';
      kills++;
      killing = killing.then(async () => {
        const begun = Date.now();
        await service.functionOf(target).killAndRestart();
        // Before it answers this, Slack has read what the killed one had sent.
        await fetch(slack.url);
        if (target === 'announce') announceKills.push({ begun, ended: Date.now() });
      });
    }
    const schedule = setInterval(
      () => fetch(service.functionOf('probe').url, { method: 'POST' }).catch(() => null),
      1000,
    );
    // A test that fails would otherwise never end.
    t.after(() => clearInterval(schedule));
    await Promise.all(Array.from({ length: writers }, write));
    await killing;
    const revisions = await readAll(store, 'revision');
    const events = await readAll(store, 'event');
    await redeliver(events.filter(() => random() < 0.2));
    const changed = events.filter(({ kind }) => kind === 'PolicyChanged');
    const told = await untilAllTold(store, changed, slack);
    clearInterval(schedule);

    t.diagnostic(`${revisions.length} revisions, ${kills} kills, ${slack.messages.length} messages`);
    assert.deepEqual(
      revisions.map(({ number }) => number),
      revisions.map((_, at) => at + 1),
    );
    for (const [number, name] of acknowledged) assert.equal(revisions[number - 1]?.note, name);
    assert.equal(findBreak(events), null);
    assert.equal(changed.length, revisions.length);
    assert.deepEqual(slack.complaints, []);
    assert.deepEqual(
      [...told.keys()].sort((a, b) => a - b),
      revisions.map(({ number }) => number),
    );
    const twice = [...told].filter(([, times]) => times.length > 1);
    t.diagnostic(`told twice: ${twice.length}`);
    for (const [number, times] of twice) {
      for (const [at, again] of times.slice(1).entries()) {
        const before = times[at] ?? 0;
        assert.ok(
          announceKills.some(({ begun, ended }) => before <= ended && begun < again),
          `revision ${number} was told at ${before} and ${again} with no crash of announce between: ${service.functionOf('announce').output}`,
        );
      }
    }
  });
});

/** Asks again after each failure, as an admin's tool does; the revision that holds the change. */
async function changeUntilAcknowledged(api: Deployed, name: string): Promise<number> {
  const body = JSON.stringify(draft({ settings: { companyAnnouncements: [name] } }));
  for (;;) {
    try {
      const headers = { ...adminHeaders, 'If-Match': '*' };
      const response = await fetch(`${api.url}/v1/policy?note=${name}`, { method: 'PUT', headers, body });
      const answer: { revision: number } = JSON.parse(await response.text());
      if (response.status === 200) return answer.revision;
      const isTemporary = response.status >= 500 || response.status === 429;
      assert.ok(isTemporary, `${response.status} ${JSON.stringify(answer)}`);
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Publishes events once more, as Pub/Sub may at any time. */
async function redeliver(events: readonly Event[]): Promise<void> {
  const bus = openPubsub(project, topic);
  for (const event of events) assert.ok((await bus.publish(event)).ok);
  await bus.close();
}

/** When each revision was told, once all of them are settled. */
async function untilAllTold(
  store: Store,
  events: readonly Event[],
  slack: FakeSlack,
): Promise<ReadonlyMap<number, readonly number[]>> {
  for (;;) {
    const announcements = await readAll(store, 'announcement');
    const pending = await readAll(store, 'outbox');
    const done = new Set(announcements.filter(({ state }) => state === 'done').map(({ event }) => event));
    if (pending.length === 0 && events.every(({ id }) => done.has(id))) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const told = new Map<number, number[]>();
  for (const { at, payload } of slack.messages) {
    const number = Number(/published revision (\d+)/.exec(JSON.stringify(payload))?.[1] ?? 0);
    // The probe has news of its own: a pin that nears its end.
    if (number > 0) told.set(number, [...(told.get(number) ?? []), at]);
  }
  return told;
}
