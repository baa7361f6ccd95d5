// On Google's Firestore emulator: documents read and written per poll, change and announcement, against what the design
// allows, and the time from start to first poll against a bare function that reads one document.

import { createAnnounce } from '../../functions/announce/announce.ts';
import { createPolicyCache } from '../../functions/api/polls/policy-cache.ts';
import { createSweep } from '../../functions/commands/outbox.ts';
import { createChangePolicy } from '../../functions/commands/policy/change-policy.ts';
import { startFirestoreEmulator, whyNoEmulators } from '../../functions/local/emulators.ts';
import { openFirestore } from '../../shared/adapters/firestore.ts';
import { openLoopback } from '../../shared/adapters/loopback.ts';
import type { Event } from '../../shared/domain/events/event.ts';
import { ok } from '../../shared/domain/fault.ts';
import type { Store } from '../../shared/ports.ts';
import { testKeys } from '../support/document-keys.ts';
import { catalogue, policy } from '../support/world.ts';
import type { Measure } from './measure.ts';
import { project } from './server.ts';
import { compareStarts } from './start.ts';

const times = 50;
/** What the design allows: see "Cost" in infra/README.md. */
const allowed = { pollReads: 0, changeReads: 5, changeWrites: 6, announcementReads: 3, announcementWrites: 3 };

interface Count {
  reads: number;
  writes: number;
}

export async function benchFirestore(): Promise<Record<string, Measure>> {
  const missing = whyNoEmulators();
  if (missing !== false) {
    process.stdout.write(`Skipped the benches on Firestore: ${missing}\n`);
    return {};
  }
  const emulator = await startFirestoreEmulator();
  const store = openFirestore({ project, emulator: emulator.host, keys: testKeys });
  try {
    const counts = await countCalls(store);
    const start = await compareStarts('pinward on Firestore', 'bare with Firestore', emulator.host);
    return { ...counts, 'start to first poll on Firestore, ms': start };
  } finally {
    await store.close();
    await emulator.stop();
  }
}

async function countCalls(store: Store): Promise<Record<string, Measure>> {
  const count: Count = { reads: 0, writes: 0 };
  const counted = counting(store, count);
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const events: Event[] = [];
  const sweep = createSweep(
    counted,
    openLoopback(async (event) => void events.push(event)),
  );
  const policyCache = createPolicyCache(counted, Date.now);
  const change = createChangePolicy({
    store: counted,
    firstOwners: [],
    onPublished: policyCache.set,
    catalogue,
    clock: Date.now,
    afterCommit: async () => void (await sweep()),
  });
  const channel = { post: async () => ({ kind: 'accepted' }) as const };
  const announce = createAnnounce({
    store: counted,
    channel,
    clock: Date.now,
    log,
    serviceUrl: 'https://pinward.test',
  });

  const changes = await per(count, times, (at) =>
    change({
      draft: () => ok({ policy: policy({ settings: { companyAnnouncements: [`${at}`] } }), closes: null }),
      expected: 'any',
      by: 'bench',
      note: null,
      restores: null,
      force: null,
      atOnce: null,
      approvedBy: null,
      approvalNote: null,
      isOwner: true,
      dryRun: false,
    }),
  );
  await policyCache.current();
  const polls = await per(count, times, async () => policyCache.current());
  const announcements = await per(count, times, (at) => announce(delivery(events[at])));
  return {
    'Firestore reads per poll': against(polls.reads, allowed.pollReads),
    'Firestore reads per change': against(changes.reads, allowed.changeReads),
    'Firestore writes per change': against(changes.writes, allowed.changeWrites),
    'Firestore reads per announcement': against(announcements.reads, allowed.announcementReads),
    'Firestore writes per announcement': against(announcements.writes, allowed.announcementWrites),
  };
}

/** Firestore bills a read for each document and at least one for a query, a write for each put or removal. */
function counting(store: Store, count: Count): Store {
  return {
    read(kind, id) {
      count.reads++;
      return store.read(kind, id);
    },
    async list(kind, page) {
      const listed = await store.list(kind, page);
      count.reads += Math.max(1, listed.ok ? listed.value.length : 0);
      return listed;
    },
    commit(writes) {
      count.writes += writes.length;
      return store.commit(writes);
    },
    close: () => store.close(),
  };
}

async function per(count: Count, amount: number, action: (at: number) => unknown): Promise<Count> {
  const before = { ...count };
  for (let at = 0; at < amount; at++) await action(at);
  return { reads: (count.reads - before.reads) / amount, writes: (count.writes - before.writes) / amount };
}

/** A ratio to nothing allowed is 1 when it is nothing. */
function against(value: number, baseline: number): Measure {
  return { value, baseline, ratio: baseline === 0 ? 1 + value : value / baseline, target: 'ratio <= 1' };
}

function delivery(event: Event | undefined): Parameters<ReturnType<typeof createAnnounce>>[0] {
  const data = Buffer.from(JSON.stringify(event)).toString('base64');
  return { specversion: '1.0', id: '1', type: 'bench', source: 'bench', data: { message: { data } } };
}
