// Adoption, when there is more to count than ever should be.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readAdoption } from '../../../../functions/adoption/adoption.ts';
import { fleet } from '../../../contracts/adoption/adoption-contract.ts';
import { openInstance, until } from '../../../support/adoption-world.ts';
import { must } from '../../../support/stores.ts';

describe('a flood', () => {
  test('of machines while the store hangs takes no more than 100,000 names', async () => {
    await using opened = await openInstance();
    const { adoption, store, over } = opened;
    const { promise: waiting, resolve } = Promise.withResolvers<null>();
    let isHanging = false;
    over.commit = async (writes) => {
      isHanging = true;
      await waiting;
      return store.commit(writes);
    };
    adoption.polled('first', 1, 'everyone', []);
    const flushed = adoption.flush();
    await until(() => isHanging);
    for (const machine of fleet(150_000)) adoption.polled(machine, 1, 'everyone', []);
    resolve(null);
    await flushed;
    await adoption.flush();

    const counted = await opened.count();
    assert.ok(Math.abs(counted - 100_000) < 6_500, `counted ${counted}`);
  });

  test('of machines in a minute loses none: names become sketches as they come', async () => {
    await using opened = await openInstance();
    for (const [at, machine] of fleet(150_000).entries()) {
      opened.adoption.polled(machine, 1, 'everyone', []);
      if (at % 500 === 0) await new Promise(setImmediate);
    }
    assert.equal(opened.calls.commits, 0);
    await opened.adoption.flush();

    const counted = await opened.count();
    assert.equal(opened.calls.commits, 1);
    assert.ok(Math.abs(counted - 150_000) < 9_600, `counted ${counted}`);
  });

  test('of rings and revisions leaves a document that every store takes, with the newest revisions', async () => {
    await using opened = await openInstance();
    for (let batch = 0; batch < 3; batch++) {
      for (let at = 1; at <= 250; at++)
        opened.adoption.polled('laptop-1', batch * 250 + at, `ring-${at}`, ['held opus everyone']);
      await opened.adoption.flush();
    }

    const counts = await must(readAdoption(opened.store));
    assert.deepEqual([counts.revisions.length, counts.revisions.at(0)?.revision], [299, 750]);
    assert.deepEqual(counts.heldBack, [{ family: 'opus', ring: 'everyone', machines: 1 }]);
  });
});
