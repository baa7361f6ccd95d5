// What adoption must do on every store: count each machine once, in whatever order instances write, and keep no more than it
// reads.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Adoption, createAdoption, readAdoption } from '../../../functions/adoption/adoption.ts';
import { type AdoptionCounts, failureRate, standardError, windowMs } from '../../../shared/domain/serving/adoption.ts';
import { numberedId, type Store } from '../../../shared/ports.ts';
import { must, type Open } from '../../support/stores.ts';
import { now as noon } from '../../support/world.ts';

export function describeAdoption(name: string, open: Open, skip: false | string = false): void {
  describe(`adoption on ${name}`, { skip }, () => testAdoption(open));
}

function testAdoption(open: Open): void {
  test('counts each machine once: for the newest revision that it was served, and its ring', async () => {
    await using opened = await open();
    const adoption = instance(opened.store);
    for (const machine of fleet(40)) adoption.polled(machine, 41, 'everyone', []);
    for (const machine of fleet(10)) adoption.polled(machine, 42, 'everyone', []);
    for (const machine of fleet(5, 'pilot-')) adoption.polled(machine, 42, 'pilot', ['held opus pilot', 'reached 3']);
    await adoption.flush();

    const counts = await must(readAdoption(opened.other));
    assert.deepEqual(served(counts), { 42: { everyone: 10, pilot: 5 }, 41: { everyone: 30 } });
    assert.equal(counts.machines, 45);
    assert.deepEqual(counts.heldBack, [{ family: 'opus', ring: 'pilot', machines: 5 }]);
    assert.deepEqual(counts.reached, [{ rollout: 3, machines: 5 }]);
    assert.equal(counts.standardError, standardError);
    assert.deepEqual(counts.period, { from: '2026-11-24T12:00:00.000Z', until: '2026-11-24T12:10:00.000Z' });
  });

  test('has counted nothing before the first poll', async () => {
    await using opened = await open();
    await instance(opened.store).flush();

    const nothing = { period: null, machines: 0, revisions: [], heldBack: [], reached: [], agents: [], standardError };
    assert.deepEqual(await must(readAdoption(opened.store)), nothing);
  });

  test('counts machines by the version of their agent, and loses nothing to versions that somebody invents', async () => {
    await using opened = await open();
    const adoption = instance(opened.store);
    for (const machine of fleet(30)) adoption.polled(machine, 41, 'everyone', [], '0.2.0');
    for (const machine of fleet(4, 'old-')) adoption.polled(machine, 41, 'everyone', [], '0.1.0');
    for (const machine of fleet(3, 'curl-')) adoption.polled(machine, 41, 'everyone', []);
    for (const machine of fleet(500, 'liar-')) adoption.polled(machine, 41, 'everyone', [], `9.9.${machine.slice(5)}`);
    for (const machine of fleet(2, 'new-')) adoption.polled(machine, 42, 'everyone', [], '0.2.0');
    await adoption.flush();

    const { agents, machines, revisions } = await must(readAdoption(opened.other));
    const counted = new Map(agents.map((each) => [each.version, each.machines]));
    assert.deepEqual([counted.get('0.2.0'), counted.get('0.1.0')], [32, 4]);
    assert.ok(counted.size <= 20, `${counted.size} versions`);
    assert.ok(Math.abs(machines - 539) <= 30, `${machines} machines`);
    assert.equal(revisions[0]?.served, 2);
  });

  test('adds up what instances write at the same time, machines that several of them saw once', async () => {
    await using opened = await open();
    const instances = [opened.store, opened.other, opened.store, opened.other].map((store) => instance(store));
    for (const [at, adoption] of instances.entries()) {
      for (const machine of fleet(30)) adoption.polled(machine, 7, 'everyone', []);
      for (const machine of fleet(10, `only-${at}-`)) adoption.polled(machine, 7, 'everyone', []);
    }
    await Promise.all(instances.map((adoption) => adoption.flush()));

    const { machines } = await must(readAdoption(opened.store));
    assert.ok(Math.abs(machines - 70) <= 2, `counted ${machines}`);
  });

  test('says what share of the machines that reported since a revision have failed', async () => {
    await using opened = await open();
    const adoption = instance(opened.store);
    for (const machine of fleet(8, 'old-')) adoption.reported(machine, 40, 'everyone', 'failed');
    for (const machine of fleet(20)) adoption.reported(machine, 41, 'everyone', 'applied');
    for (const machine of fleet(3)) adoption.reported(machine, 42, 'everyone', 'failed');
    await adoption.flush();
    const again = instance(opened.other);
    again.reported('laptop-0', 42, 'everyone', 'applied');
    again.reported('laptop-3', 42, 'everyone', 'failed');
    again.polled('laptop-0', 39, 'everyone', []);
    await again.flush();

    const counts = await must(readAdoption(opened.store));
    assert.deepEqual(
      counts.revisions.map(({ revision, applied, failed, sinceThen }) => [revision, applied, failed, ...sinceThen]),
      [
        [42, 1, 4, { ring: 'everyone', reports: 4, failed: 4 }],
        [41, 20, 0, { ring: 'everyone', reports: 20, failed: 4 }],
        [40, 0, 8, { ring: 'everyone', reports: 28, failed: 12 }],
        [39, 0, 0, { ring: 'everyone', reports: 28, failed: 12 }],
      ],
    );
    assert.deepEqual(failureRate(counts, 41, 'everyone'), { reports: 20, failed: 4, rate: 0.2 });
  });

  test('knows the failures of one ring from those of another', async () => {
    await using opened = await open();
    const adoption = instance(opened.store);
    for (const machine of fleet(10)) adoption.reported(machine, 41, 'everyone', 'failed');
    for (const machine of fleet(4, 'pilot-')) adoption.reported(machine, 41, 'pilot', 'applied');
    adoption.reported('pilot-0', 42, 'pilot', 'failed');
    await adoption.flush();

    const counts = await must(readAdoption(opened.other));
    assert.deepEqual(failureRate(counts, 41, 'pilot'), { reports: 4, failed: 1, rate: 0.25 });
    assert.deepEqual(failureRate(counts, 41, 'everyone'), { reports: 10, failed: 10, rate: 1 });
    assert.deepEqual(failureRate(counts, 42, 'everyone'), { reports: 0, failed: 0, rate: 0 });
    assert.deepEqual(failureRate(counts, 41, 'elsewhere'), { reports: 0, failed: 0, rate: 0 });
  });

  test('forgets a machine that has not polled for three stretches of time, and keeps no document of before', async () => {
    await using opened = await open();
    const time = { now: noon };
    const adoption = instance(opened.store, time);
    adoption.polled('gone', 1, 'everyone', []);
    await adoption.flush();
    for (let window = 1; window <= 8; window++) {
      time.now = noon + window * windowMs;
      adoption.polled(`laptop-${window}`, 1, 'everyone', []);
      adoption.reported('laptop', window + 50, 'everyone', 'applied');
      await adoption.flush();
    }

    assert.equal((await must(readAdoption(opened.store))).machines, 3);
    const sightings = await must(opened.store.list('pollCount', { order: 'ascending', limit: 200 }));
    assert.deepEqual(
      sightings.map(({ id }) => id),
      [6, 7, 8].map((window) => numberedId(noon / windowMs + window)),
    );
    for (let revision = 56; revision <= 105; revision++) adoption.reported('laptop', revision, 'everyone', 'applied');
    await adoption.flush();
    adoption.reported('laptop', 106, 'everyone', 'applied');
    await adoption.flush();
    const reports = await must(opened.store.list('reportCount', { order: 'ascending', limit: 200 }));
    assert.deepEqual([reports.length, reports[0]?.id], [50, numberedId(57)]);
  });

  test('writes a document anew that somebody damaged', async () => {
    await using opened = await open();
    const adoption = instance(opened.store);
    const id = numberedId(noon / windowMs);
    for (const body of ['{"served 1 everyone": "AAAA"}', 'not JSON', '{"odd key": ""}']) {
      adoption.polled('laptop-1', 1, 'everyone', []);
      await adoption.flush();
      await opened.corrupt('pollCount', id, body);
      const damagedFault = await readAdoption(opened.store);
      adoption.polled('laptop-2', 1, 'everyone', []);
      await adoption.flush();

      assert.ok(!damagedFault.ok && damagedFault.fault.code === 'document_corrupt', body);
      assert.equal((await must(readAdoption(opened.store))).machines, 1, body);
    }
  });
}

function instance(store: Store, time = { now: noon }): Adoption {
  const said = (message: string, fields = {}) => assert.fail(`logged ${message} ${JSON.stringify(fields)}`);
  return createAdoption({ store, clock: () => time.now, log: { info: said, warn: said, error: said } });
}

export function fleet(machines: number, prefix = 'laptop-'): readonly string[] {
  return Array.from({ length: machines }, (_, at) => `${prefix}${at}`);
}

function served({ revisions }: AdoptionCounts): Record<number, Record<string, number>> {
  const rings = ({ rings: each }: AdoptionCounts['revisions'][number]) =>
    Object.fromEntries(each.map(({ ring, served: machines }) => [ring, machines]));
  return Object.fromEntries(revisions.map((revision) => [revision.revision, rings(revision)]));
}
