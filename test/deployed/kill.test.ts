// A service that is killed in the middle of a thousand changes: what it acknowledged is kept, and what is kept is whole.

import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openSqlite } from '../../shared/adapters/sqlite.ts';
import { findBreak } from '../../shared/domain/events/event.ts';
import { keysOfFile } from '../support/document-keys.ts';
import { type ServiceProcess, startProcess } from '../support/service-process.ts';
import { must } from '../support/stores.ts';
import { draft, pins, ring } from '../support/world.ts';

const folder = mkdtempSync(join(tmpdir(), 'pinward-'));
after(() => rm(folder, { recursive: true }));

const kills = 5;
const puts = 1000;
/** How many of them are acknowledged at most; a slow disk does about a hundred in a second. */
const maxBeforeKill = 150;
const inFlight = 50;
const all = { order: 'ascending', limit: 100_000 } as const;

/** What was sent, by the number of the revision that the service said it became. */
type Acknowledged = Map<number, string>;

test(`${kills} kills amid ${puts} changes each lose nothing that was acknowledged`, async (t) => {
  const acknowledged: Acknowledged = new Map();
  const start = async () => {
    const service = await startProcess(folder);
    t.after(() => service[Symbol.asyncDispose]());
    return service;
  };
  let service = await start();
  for (let kill = 1; kill <= kills; kill++) {
    const before = acknowledged.size;
    const killAt = before + 1 + Math.floor(Math.random() * maxBeforeKill);
    await changeUntilKilled(service, acknowledged, `kill ${kill}`, killAt);
    t.diagnostic(`kill ${kill}: after ${acknowledged.size - before} changes`);

    service = await start();
    await put(service, acknowledged, `after kill ${kill}`);
    await checkHistory(acknowledged);
  }
});

/** Keeps 50 changes in flight, until there were a thousand or the process is dead. Kills it at so many answers. */
async function changeUntilKilled(service: ServiceProcess, acknowledged: Acknowledged, name: string, killAt: number) {
  let sent = 0;
  const sender = async () => {
    while (sent < puts && service.isAlive()) {
      await put(service, acknowledged, `${name}, change ${++sent}`).catch(refuseUnlessKilled);
      // Most of the other 49 are under way at this moment, one perhaps in the middle of its commit.
      if (acknowledged.size >= killAt) service.kill();
    }
  };
  const refuseUnlessKilled = (error: unknown) => {
    if (service.isAlive()) throw error;
  };
  await Promise.all(Array.from({ length: inFlight }, sender));
  await service.ended;
}

/** States a policy that no other call states and, once it is acknowledged, remembers it. */
async function put(service: ServiceProcess, acknowledged: Acknowledged, note: string): Promise<void> {
  const answer = await service.fetch(`/v1/policy?note=${encodeURIComponent(note)}`, {
    method: 'PUT',
    headers: { 'If-Match': '*', 'Content-Type': 'application/json' },
    body: JSON.stringify(draftOf(note)),
  });
  const text = await answer.text();
  assert.equal(answer.status, 200, text);
  const { revision, changed } = JSON.parse(text);
  assert.equal(changed, true);
  assert.equal(acknowledged.has(revision), false, `revision ${revision} was acknowledged twice`);
  acknowledged.set(revision, note);
}

function draftOf(note: string) {
  const opus = { model: opusOf(note) };
  return draft({ settings: { companyAnnouncements: [note] }, rings: [ring({ pins: { ...pins, opus } })] });
}

function opusOf(note: string): string {
  return note.length % 2 === 0 ? 'claude-opus-4-8' : 'claude-opus-4-7';
}

async function checkHistory(acknowledged: Acknowledged): Promise<void> {
  const store = openSqlite(join(folder, 'pinward.db'), keysOfFile(join(folder, 'writer-key.pem')));
  const revisions = (await must(store.list('revision', all))).map(({ value }) => value);
  const events = (await must(store.list('event', all))).map(({ value }) => value);
  const outbox = (await must(store.list('outbox', all))).map(({ value }) => value);
  const published = await must(store.read('published', 'current'));
  const chainHead = await must(store.read('chainHead', 'current'));
  await store.close();

  const numbers = revisions.map(({ number }) => number);
  assert.deepEqual(
    numbers,
    numbers.map((_, at) => at + 1),
    'the numbers have a gap',
  );
  for (const [number, note] of acknowledged) {
    const kept = revisions[number - 1];
    assert.equal(kept?.note, note);
    assert.deepEqual(kept?.policy.settings, { companyAnnouncements: [note] });
    assert.equal(kept?.policy.rings[0]?.pins.opus?.model, opusOf(note));
  }
  assert.equal(findBreak(events), null);
  assert.deepEqual(
    // A pin that moves back offers its upgrade again, which is another event.
    events.flatMap((event) => (event.kind === 'PolicyChanged' ? [event.data.revision] : [])),
    numbers,
  );
  assert.deepEqual(
    outbox,
    outbox.map(({ seq }) => events[seq - 1]),
  );
  assert.deepEqual(published?.value.revision, revisions.at(-1));
  assert.deepEqual(chainHead?.value, { seq: events.length, hash: events.at(-1)?.hash });
}
