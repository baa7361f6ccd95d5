// A run of the probe on a real store: one at a time, all or nothing, and no harm from a death between any two steps.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { leaseMs, type RunPorts, runProbe } from '../../../../functions/probe/run.ts';
import { openSqlite } from '../../../../shared/adapters/sqlite.ts';
import { type Event, findBreak } from '../../../../shared/domain/events/event.ts';
import { extendCatalogue } from '../../../../shared/domain/models/catalogue.ts';
import type { Store } from '../../../../shared/ports.ts';
import { testKeys } from '../../../support/document-keys.ts';
import { callableWhere, ScriptedGarden } from '../../../support/fakes/scripted-garden.ts';
import { idsOf, minute } from '../../../support/observations.ts';
import { must } from '../../../support/stores.ts';
import { now } from '../../../support/world.ts';

const catalogue = extendCatalogue([], [{ id: 'claude-opus-5' }, { id: 'claude-sonnet-5' }]);
const enabledId = 'ModelEnabled.claude-opus-5.acme-claude.1';

describe('a run of the probe', () => {
  let store: Store;
  let garden: ScriptedGarden;
  let time: number;

  beforeEach(() => {
    store = openSqlite(':memory:', testKeys);
    time = now;
    garden = new ScriptedGarden(() => time);
  });
  afterEach(() => store.close());

  function run(over: Partial<RunPorts> = {}) {
    const where = { projects: ['acme-claude'], locations: ['global', 'us'] };
    return runProbe({ store, garden, catalogue, clock: () => time, holder: 'this', ...where, ...over });
  }

  /** Two runs that see nothing enabled, so that the next enabling is news. */
  async function seenClosed(): Promise<void> {
    garden.script = () => 'not_enabled';
    for (let runs = 0; runs < 2; runs++) {
      await must(run());
      time += 10 * minute;
    }
    garden.script = callableWhere(({ model }) => model === 'claude-opus-5');
  }

  async function kept(kind: 'event' | 'outbox'): Promise<readonly Event[]> {
    return (await must(store.list(kind, { order: 'ascending', limit: 100 }))).map(({ value }) => value);
  }

  /** A process that dies before it makes call number `last` to the store. */
  function mortal(last: number): { readonly store: Store; readonly calls: () => number } {
    let calls = 0;
    function live<T>(call: () => Promise<T>): Promise<T> {
      if (++calls >= last) throw new Error('the process died here');
      return call();
    }
    return {
      calls: () => calls,
      store: {
        read: async (kind, id) => live(() => store.read(kind, id)),
        list: async (kind, page) => live(() => store.list(kind, page)),
        commit: async (writes) => live(() => store.commit(writes)),
        close: () => Promise.resolve(),
      },
    };
  }

  /** A run whose lease ran out while it waits for the garden, until it may go on. */
  async function startOverdue() {
    const gate = Promise.withResolvers<void>();
    const slow = new ScriptedGarden(() => time);
    slow.before = () => gate.promise;
    const ran = run({ garden: slow });
    while (slow.screened.length === 0) await new Promise(setImmediate);
    time += leaseMs + 1;
    return { ran, goOn: gate.resolve };
  }

  test('commits news to the history, the outbox and the journal with what it knows', async () => {
    await seenClosed();
    const ran = await must(run());

    assert.deepEqual(idsOf(ran?.newEvents ?? []), [enabledId]);
    assert.deepEqual([ran?.endpoints, ran?.confirmations], [4, 2]);
    const events = await kept('event');
    assert.deepEqual(idsOf(events), [enabledId]);
    assert.deepEqual(await kept('outbox'), events);
    assert.equal(findBreak(events), null);
    const chainHead = await must(store.read('chainHead', 'current'));
    assert.deepEqual(chainHead?.value, { seq: 1, hash: events[0]?.hash });
    assert.deepEqual((await must(store.read('matrix', 'current')))?.value, ran?.matrix);
    assert.equal(await must(store.read('lease', 'probe')), null, 'given back');
  });

  test('gives way while another one holds the lease, and not once that is overdue', async () => {
    const value = { holder: 'other', until: new Date(time + leaseMs).toISOString() };
    await must(store.commit([{ kind: 'lease', id: 'probe', expect: 'absent', value }]));

    assert.equal(await must(run()), null);
    assert.deepEqual(garden.screened, []);
    time += leaseMs;
    assert.equal((await must(run()))?.endpoints, 4);
  });

  test('is one of several that start at once', async () => {
    await seenClosed();
    const runs = await Promise.all(Array.from({ length: 5 }, () => must(run())));

    assert.equal(runs.filter((each) => each !== null).length, 1);
    assert.deepEqual(idsOf(await kept('event')), [enabledId]);
  });

  test('that is overdue has nothing to say when another one committed meanwhile', async () => {
    await seenClosed();
    const overdue = await startOverdue();
    const second = await must(run());
    overdue.goOn();

    assert.deepEqual(idsOf(second?.newEvents ?? []), [enabledId]);
    assert.equal(await must(overdue.ran), null);
    assert.deepEqual(idsOf(await kept('event')), [enabledId]);
  });

  test('that is overdue leaves the lease to whoever holds it by then', async () => {
    const overdue = await startOverdue();
    const value = { holder: 'other', until: new Date(time + leaseMs).toISOString() };
    await must(store.commit([{ kind: 'lease', id: 'probe', expect: 'any', value }]));
    overdue.goOn();
    await must(overdue.ran);

    assert.deepEqual((await must(store.read('lease', 'probe')))?.value, value);
  });

  for (const last of [1, 2, 3, 4, 5, 6, 7, 8]) {
    test(`that dies before call ${last} to the store leaves the next one to tell everything once`, async () => {
      await seenClosed();
      const process = mortal(last);
      await assert.rejects(run({ store: process.store }), /died here/);
      const hadTold = (await kept('event')).length;
      time += leaseMs + 1;
      const next = await must(run());

      assert.equal(hadTold, last === 8 ? 1 : 0, 'only the last call, giving back the lease, comes after the news');
      assert.equal((next?.newEvents.length ?? 0) + hadTold, 1);
      const events = await kept('event');
      assert.deepEqual(idsOf(events), [enabledId]);
      assert.deepEqual(await kept('outbox'), events);
      assert.equal(findBreak(events), null);
    });
  }

  test('makes eight calls to the store, all of which the test above cuts short', async () => {
    await seenClosed();
    const process = mortal(100);
    await must(run({ store: process.store }));

    assert.equal(process.calls(), 8);
  });

  test('keeps looking at what was listed once, also when the list can not be had', async () => {
    garden.listing = () => ['claude-haiku-9'];
    await must(run());
    garden.listing = () => null;
    garden.screened.length = 0;
    await must(run());

    assert.equal(garden.screened.filter(({ model }) => model === 'claude-haiku-9').length, 2);
  });

  test('tells the fault when the store fails, and asks nothing', async () => {
    await store.close();
    const ran = await run();

    assert.equal(ran.ok ? null : ran.fault.code, 'store_unavailable');
    assert.deepEqual(garden.screened, []);
  });

  test('with nothing to look at writes nothing', async () => {
    assert.equal(await must(run({ projects: [] })), null);
    assert.equal(await must(store.read('matrix', 'current')), null);
  });
});
