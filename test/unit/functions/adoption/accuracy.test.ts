// How right the counts are: the sketches alone, on fleets from one machine to 200,000.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { readAdoption } from '../../../../functions/adoption/adoption.ts';
import {
  addMachine,
  createHyperLogLog,
  decodeHyperLogLog,
  encodeHyperLogLog,
  estimateCount,
  type HyperLogLog,
  mergeAll,
} from '../../../../functions/adoption/hyperloglog.ts';
import { standardError } from '../../../../shared/domain/serving/adoption.ts';
import { fleet } from '../../../contracts/adoption/adoption-contract.ts';
import { openInstance } from '../../../support/adoption-world.ts';
import { seededRandom } from '../../../support/random.ts';
import { must } from '../../../support/stores.ts';

/** What one fleet in 10,000 would miss. */
const bound = 4 * standardError;

/** Names that fleets have, those of a fleet much alike. */
const forms: Readonly<Record<string, (at: number) => string>> = {
  number: (at) => String(at),
  address: (at) =>
    `00:1a:2b:${at
      .toString(16)
      .padStart(6, '0')
      .replace(/..(?=.)/g, '$&:')}`,
  serial: (at) => `C02${at.toString(36).toUpperCase().padStart(9, '0')}`,
  'number first': (at) => `${at}-laptop.engineering.acme.example`,
  identifier: (at) => createHash('md5').update(String(at)).digest('hex'),
};

describe('a sketch', () => {
  for (const machines of [1, 2, 5, 30, 100, 1_000, 5_000, 9_000, 10_000, 10_240, 12_000, 20_000, 50_000, 200_000]) {
    test(`of ${machines} machines, seen by five instances in any order and again and again, counts them`, () => {
      const random = seededRandom(machines);
      const instances = Array.from({ length: 5 }, createHyperLogLog);
      for (let at = 0; at < machines; at++) {
        for (let times = 0; times <= random() * 2; times++) {
          addMachine(
            instances[Math.floor(random() * 5)] ?? assert.fail(),
            `mac-${String(at).padStart(6, '0')}.acme.example`,
          );
        }
      }
      const counted = estimateCount(mergeAll(instances.toSorted(() => random() - 0.5)));

      assert.ok(
        Math.abs(counted - machines) <= Math.max(bound * machines, machines < 50 ? 1 : 0),
        `counted ${counted}`,
      );
    });
  }

  test('errs by no more than is said on the average of many fleets, and to neither side', () => {
    const errors = Array.from(
      { length: 40 },
      (_, fleet) => estimateCount(sketchOf(2_000, `fleet-${fleet}-`)) / 2_000 - 1,
    );
    const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    const rootOfSquares = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);

    assert.ok(rootOfSquares < 1.2 * standardError, `standard error ${rootOfSquares}`);
    assert.ok(Math.abs(mean) < 0.6 * standardError, `mean ${mean}`);
  });

  for (const [form, nameOf] of Object.entries(forms)) {
    test(`of names such as ${nameOf(7)} counts them as well as any (${form})`, () => {
      for (const machines of [500, 8_000, 40_000]) {
        const hyperLogLog = createHyperLogLog();
        for (let at = 0; at < machines; at++) addMachine(hyperLogLog, nameOf(at));
        const counted = estimateCount(hyperLogLog);
        assert.ok(Math.abs(counted - machines) < bound * machines, `counted ${counted} of ${machines}`);
      }
    });
  }

  test('never shrinks by what is added, also where full registers begin', () => {
    const hyperLogLog = createHyperLogLog();
    let before = 0;
    for (let at = 0; at < 12_000; at++) {
      addMachine(hyperLogLog, `laptop-${at}`);
      if (at % 50 !== 0) continue;
      const counted = estimateCount(hyperLogLog);
      assert.ok(counted >= before, `${before} then ${counted}`);
      before = counted;
    }
  });
});

describe('uniting sketches', () => {
  const anyMachines = fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 400 });
  const toSketch = (names: readonly number[]) => {
    const hyperLogLog = createHyperLogLog();
    for (const name of names) addMachine(hyperLogLog, `laptop-${name}`);
    return hyperLogLog;
  };
  const anySketch = anyMachines.map(toSketch);
  const same = (a: HyperLogLog, b: HyperLogLog) => assert.equal(encodeHyperLogLog(a), encodeHyperLogLog(b));

  test('is the same in any order and grouping, and with one twice', () => {
    fc.assert(
      fc.property(anySketch, anySketch, anySketch, (a, b, c) => {
        same(mergeAll([a, b]), mergeAll([b, a]));
        same(mergeAll([mergeAll([a, b]), c]), mergeAll([a, mergeAll([b, c])]));
        same(mergeAll([a, a]), a);
        same(mergeAll([a, createHyperLogLog()]), a);
      }),
      { numRuns: 40 },
    );
  });

  test('is as if all machines had gone into one', () => {
    fc.assert(
      fc.property(anyMachines, anyMachines, (a, b) =>
        same(mergeAll([toSketch(a), toSketch(b)]), toSketch([...a, ...b])),
      ),
      { numRuns: 40 },
    );
  });

  test('changes none of those that are united', () => {
    const [a, b] = [sketchOf(10, 'a'), sketchOf(10, 'b')];
    const before = encodeHyperLogLog(a);
    mergeAll([a, b]);

    assert.equal(encodeHyperLogLog(a), before);
  });
});

describe('a packed sketch', () => {
  test('comes back as it was, however many machines it has', () => {
    for (const machines of [0, 1, 100, 10_000, 100_000]) {
      const packed = encodeHyperLogLog(sketchOf(machines, 'laptop-'));
      const back = decodeHyperLogLog(packed) ?? assert.fail('not unpacked');

      assert.equal(encodeHyperLogLog(back), packed);
      assert.ok(packed.length < 3_000);
    }
  });

  test('that is none is told from one, whatever it holds', () => {
    const good = encodeHyperLogLog(sketchOf(100, 'laptop-'));

    const otherSize = inflateRawSync(Buffer.from(good, 'base64')).toString('latin1').replace(':12', ':13');
    const other = deflateRawSync(Buffer.from(otherSize, 'latin1')).toString('base64');

    for (const bad of ['', 'AAAA', good.slice(0, -8), good.slice(8), Buffer.alloc(5_000).toString('base64'), other]) {
      assert.equal(decodeHyperLogLog(bad), null, bad.slice(0, 20));
    }
    fc.assert(fc.property(fc.base64String(), (text) => decodeHyperLogLog(text) === null));
  });
});

test('a small ring of a large fleet is counted as well as if it were alone', async () => {
  await using opened = await openInstance();
  for (const machine of fleet(9_000)) opened.adoption.polled(machine, 1, 'everyone', []);
  for (const ring of ['canary', 'early', 'pilot'])
    for (const machine of fleet(300, ring)) opened.adoption.polled(machine, 1, ring, []);
  await opened.adoption.flush();

  const [revision] = (await must(readAdoption(opened.store))).revisions;
  for (const { ring, served } of revision?.rings.slice(1) ?? [])
    assert.ok(Math.abs(served - 300) <= 0.05 * 300, `${ring}: ${served}`);
  assert.equal(revision?.rings.length, 4);
});

function sketchOf(machines: number, prefix: string): HyperLogLog {
  const hyperLogLog = createHyperLogLog();
  for (let at = 0; at < machines; at++) addMachine(hyperLogLog, `${prefix}${at}`);
  return hyperLogLog;
}
