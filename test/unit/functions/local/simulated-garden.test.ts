// The story of the simulated Model Garden goes on where it was when a run ended.

import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { openSimulatedGarden } from '../../../../functions/local/simulated-garden.ts';
import { originOf } from '../../../../functions/probe/simulated-data.ts';
import { shippedCatalogue } from '../../../../shared/catalogue/catalogue.ts';
import { emptyMatrix } from '../../../../shared/domain/availability/availability.ts';
import { cell, now } from '../../../support/world.ts';

const endpoint = { project: 'acme-claude', location: 'us', model: 'claude-fable-5-2' };

function newFile(): string {
  return join(mkdtempSync(join(tmpdir(), 'pinward-')), 'simulated-since');
}

async function verdictAt(file: string | null, time: number): Promise<string> {
  return (await openSimulatedGarden(shippedCatalogue, () => time, file).confirm(endpoint)).verdict;
}

describe('the simulated Model Garden', () => {
  test('never takes back a model, however often and whenever it is started again', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(120_000), { minLength: 1, maxLength: 12 }), async (pauses) => {
        const file = newFile();
        let time = now;
        const verdicts: string[] = [];
        for (const pause of [0, ...pauses]) {
          time += pause;
          verdicts.push(await verdictAt(file, time));
        }
        const firstEnabled = verdicts.indexOf('enabled');
        const expected = time - now >= 130_000;
        assert.equal(firstEnabled !== -1, expected);
        if (expected) assert.ok(verdicts.slice(firstEnabled).every((verdict) => verdict === 'enabled'));
      }),
      { numRuns: 50 },
    );
  });

  test('begins anew where nothing is kept, and where what is kept is no time', async () => {
    const file = newFile();
    writeFileSync(file, 'yesterday\n');

    assert.equal(await verdictAt(file, now), 'not_enabled');
    assert.equal(await verdictAt(file, now + 130_000), 'enabled');
    assert.equal(await verdictAt(null, now + 130_000), 'not_enabled');
  });

  test('marks its results, so that a store with them can be told from one with results of Vertex', async () => {
    const { evidence } = await openSimulatedGarden(shippedCatalogue, () => now, null).screen(endpoint);
    const originWith = (text: string) => originOf({ cells: [cell(endpoint.model, { evidence: text })] });

    assert.equal(originWith(evidence), 'simulated');
    assert.equal(originWith('NOT_FOUND: no such model'), 'real');
    assert.equal(originOf(emptyMatrix), null);
    assert.equal(originOf(null), null);
  });
});
