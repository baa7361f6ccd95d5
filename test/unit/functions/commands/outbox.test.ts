// The outbox: every event that was committed reaches the bus, in order, whatever fails in between.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createSweep } from '../../../../functions/commands/outbox.ts';
import { openSqlite } from '../../../../shared/adapters/sqlite.ts';
import { appendEvent, type Event, emptyChain } from '../../../../shared/domain/events/event.ts';
import { fail, ok } from '../../../../shared/domain/fault.ts';
import { type Bus, numberedId, type Store } from '../../../../shared/ports.ts';
import { testKeys } from '../../../support/document-keys.ts';
import { newEvent } from '../../../support/world.ts';

describe('a sweep of the outbox', () => {
  test('publishes what is there in order and leaves nothing behind', async () => {
    const store = await storeWith(['policy', 'policy', 'opus', 'policy']);
    const bus = new RecordingBus(() => true);
    const swept = await createSweep(store, bus)();

    assert.deepEqual(swept, ok({ published: 4, waiting: [], fault: null }));
    assert.deepEqual(
      bus.events.map(({ seq }) => seq),
      [1, 2, 3, 4],
    );
    assert.deepEqual(await pending(store), []);
  });

  test('holds back what follows in a subject whose event could not be sent, and nothing else', async () => {
    const store = await storeWith(['policy', 'opus', 'policy', 'opus']);
    const bus = new RecordingBus(({ seq }) => seq !== 1);
    const swept = await createSweep(store, bus)();

    assert.ok(swept.ok);
    assert.deepEqual(swept.value.waiting, ['policy']);
    assert.equal(swept.value.fault?.code, 'bus_unavailable');
    assert.deepEqual(await pending(store), [1, 3]);
  });

  test('goes through more than one page', async () => {
    const store = await storeWith(Array.from({ length: 250 }, () => 'policy'));
    const bus = new RecordingBus(() => true);
    await createSweep(store, bus)();

    assert.equal(bus.events.length, 250);
  });

  test('runs one at a time, and once more for what was committed meanwhile', async () => {
    const store = await storeWith(['policy']);
    const gate = Promise.withResolvers<void>();
    const bus = new RecordingBus(() => true, gate.promise);
    const sweep = createSweep(store, bus);
    const first = sweep();
    await put(store, 2, 'policy');
    const second = sweep();
    const third = sweep();
    gate.resolve();
    await Promise.all([first, second, third]);

    assert.equal(second, third);
    assert.deepEqual(
      bus.events.map(({ seq }) => seq),
      [1, 2],
    );
  });

  test('loses nothing and repeats only the same event when the bus and the process fail at random', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 }),
        fc.infiniteStream(fc.nat(9)),
        async (subjects, luck) => {
          const store = await storeWith(subjects);
          const bus = new RecordingBus(() => Number(luck.next().value) > 2);
          // A store that forgets to take an event away is a process that died between publishing and taking away.
          const dying: Store = {
            read: (kind, id) => store.read(kind, id),
            list: (kind, page) => store.list(kind, page),
            close: () => store.close(),
            commit: (writes) =>
              Number(luck.next().value) > 2
                ? store.commit(writes)
                : Promise.resolve(fail({ code: 'store_unavailable', detail: 'died' })),
          };
          for (let run = 0; run < 200 && (await pending(store)).length > 0; run++) await createSweep(dying, bus)();

          assert.deepEqual(await pending(store), []);
          for (const subject of ['a', 'b', 'c']) {
            const firsts = [...new Set(bus.events.filter((event) => event.subject === subject).map(({ seq }) => seq))];
            const expected = subjects.flatMap((each, at) => (each === subject ? [at + 1] : []));
            assert.deepEqual(firsts, expected);
          }
          await store.close();
        },
      ),
      { numRuns: 40 },
    );
  });
});

class RecordingBus implements Bus {
  readonly events: Event[] = [];
  readonly #takes: (event: Event) => boolean;
  readonly #gate: Promise<void>;

  constructor(takes: (event: Event) => boolean, gate: Promise<void> = Promise.resolve()) {
    this.#takes = takes;
    this.#gate = gate;
  }

  async publish(event: Event) {
    await this.#gate;
    if (!this.#takes(event)) return fail({ code: 'bus_unavailable', detail: 'not today' });
    this.events.push(event);
    return ok(null);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

async function storeWith(subjects: readonly string[]): Promise<Store> {
  const store = openSqlite(':memory:', testKeys);
  for (const [at, subject] of subjects.entries()) await put(store, at + 1, subject);
  return store;
}

async function put(store: Store, seq: number, subject: string): Promise<void> {
  const { event } = appendEvent({ ...emptyChain, seq: seq - 1 }, { ...newEvent(seq), subject });
  await store.commit([{ kind: 'outbox', id: numberedId(seq), expect: 'absent', value: event }]);
}

async function pending(store: Store): Promise<readonly number[]> {
  const page = await store.list('outbox', { order: 'ascending', limit: 1000 });
  assert.ok(page.ok);
  return page.value.map(({ value }) => value.seq);
}
