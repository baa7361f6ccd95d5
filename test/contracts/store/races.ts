// Contract, fourth part: several writers on several handles. Exactly one wins each version and no write gets lost.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Store, Write } from '../../../shared/ports.ts';
import { faultOf, must, type Open, versionOf, writeJournal } from '../../support/stores.ts';

export function testRaces(open: Open): void {
  test('of two that write on one version, exactly one wins', async () => {
    await using opened = await open();
    await must(opened.store.commit([writeJournal('current', 0)]));

    for (let round = 1; round <= 25; round++) {
      const expect = { version: await versionOf(opened.store, 'chainHead', 'current') };
      const winner = await race(opened, (seq) => [writeJournal('current', 2 * round + seq, expect)]);
      assert.equal((await must(opened.other.read('chainHead', 'current')))?.value.seq, 2 * round + winner);
    }
  });

  test('of two that write the very same value on one version, exactly one wins', async () => {
    await using opened = await open();
    await must(opened.store.commit([writeJournal('current', 1)]));

    for (let round = 1; round <= 25; round++) {
      const expect = { version: await versionOf(opened.store, 'chainHead', 'current') };
      await race(opened, () => [writeJournal('current', 1, expect)]);
    }
  });

  test('of two that make one document, exactly one wins', async () => {
    await using opened = await open();

    for (let round = 1; round <= 25; round++) {
      const winner = await race(opened, (seq) => [writeJournal(`new ${round}`, seq, 'absent')]);
      assert.equal((await must(opened.store.read('chainHead', `new ${round}`)))?.value.seq, winner);
    }
  });

  test('of two that write the same documents in opposite order, one wins all of them', async () => {
    await using opened = await open();

    for (let round = 1; round <= 25; round++) {
      const ids = [`a ${round}`, `b ${round}`];
      const winner = await race(opened, (seq) =>
        (seq === 0 ? ids : ids.toReversed()).map((id) => writeJournal(id, seq, 'absent')),
      );
      for (const id of ids) assert.equal((await must(opened.other.read('chainHead', id)))?.value.seq, winner);
    }
  });

  test('ten writers on two handles that each add one ten times lose none of it', async () => {
    await using opened = await open();
    await must(opened.store.commit([writeJournal('sum', 0)]));

    const writers = Array.from({ length: 10 }, (_, at) => addTimes(at % 2 === 0 ? opened.store : opened.other, 10));
    const added = await Promise.all(writers);
    const total = (of: keyof Added) => added.reduce((sum, each) => sum + each[of], 0);

    const sum = (await must(opened.store.read('chainHead', 'sum')))?.value.seq ?? 0;
    assert.ok(sum >= 100 && sum <= 100 + total('unanswered'), `${sum}, ${total('unanswered')} without an answer`);
    assert.ok(total('conflicts') > 0, 'the writers never met, so this proves nothing');
  });
}

interface Handles {
  readonly store: Store;
  readonly other: Store;
}

/** Lets both handles commit at once, the one with 0 and the other with 1, and says which won. */
async function race({ store, other }: Handles, writes: (seq: 0 | 1) => Write[]): Promise<0 | 1> {
  const faults = await Promise.all([faultOf(store.commit(writes(0))), faultOf(other.commit(writes(1)))]);
  const codes = faults.map((fault) => fault?.code ?? 'won');
  assert.deepEqual(codes.toSorted(), ['won', 'write_conflict']);
  return codes[0] === 'won' ? 0 : 1;
}

interface Added {
  /** How often another writer got in between. */
  readonly conflicts: number;
  /** How often no answer came in time, as on a loaded machine: it may have been added all the same. */
  readonly unanswered: number;
}

/** Adds one to `sum` so many times. */
async function addTimes(store: Store, times: number): Promise<Added> {
  let [conflicts, unanswered] = [0, 0];
  for (let done = 0; done < times; ) {
    const stored = await must(store.read('chainHead', 'sum'));
    const { version, value } = stored ?? assert.fail('sum is not there');
    const fault = await faultOf(store.commit([writeJournal('sum', value.seq + 1, { version })]));
    if (fault === null) done++;
    else if (fault.code === 'write_conflict') conflicts++;
    else if (fault.code === 'store_unavailable') unanswered++;
    else assert.fail(JSON.stringify(fault));
  }
  return { conflicts, unanswered };
}
