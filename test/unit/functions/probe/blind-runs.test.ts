// Runs of the probe against Vertex over gRPC: what people hear of a project that refuses, and of answers that nobody knows.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { runProbe } from '../../../../functions/probe/run.ts';
import { openSqlite } from '../../../../shared/adapters/sqlite.ts';
import { openVertex } from '../../../../shared/adapters/vertex.ts';
import type { Matrix } from '../../../../shared/domain/availability/availability.ts';
import type { NewEvent } from '../../../../shared/domain/events/event.ts';
import { extendCatalogue } from '../../../../shared/domain/models/catalogue.ts';
import type { Garden, Store } from '../../../../shared/ports.ts';
import { testKeys } from '../../../support/document-keys.ts';
import { type FakeGarden, startFakeGarden } from '../../../support/fakes/garden.ts';
import { minute } from '../../../support/observations.ts';
import { must } from '../../../support/stores.ts';
import { now } from '../../../support/world.ts';

const catalogue = extendCatalogue([], [{ id: 'claude-opus-5' }, { id: 'claude-sonnet-5' }]);
const opus = { project: 'acme-a', location: 'global', model: 'claude-opus-5' };

describe('runs of the probe', () => {
  let fake: FakeGarden;
  let garden: Garden;
  let store: Store;
  let time: number;

  beforeEach(async () => {
    fake = await startFakeGarden();
    garden = openVertex({ fakeHost: fake.endpoint, clock: () => time });
    store = openSqlite(':memory:', testKeys);
    time = now;
    fake.script({}, 'enabled');
  });
  afterEach(async () => {
    await garden.close();
    await fake.close();
    await store.close();
    assert.deepEqual(fake.complaints, []);
  });

  /** What so many runs told of sight, and what the last one knows. */
  async function run(times: number): Promise<{ told: readonly NewEvent[]; matrix: Matrix }> {
    const told: NewEvent[] = [];
    for (;;) {
      const where = { projects: ['acme-a', 'acme-b'], locations: ['global'] };
      const ran = await must(runProbe({ store, garden, catalogue, clock: () => time, holder: 'this', ...where }));
      if (ran === null) throw new Error('another run was first');
      told.push(...ran.newEvents.filter(({ kind }) => kind === 'ProbeBlind' || kind === 'ProbeRecovered'));
      time += 15 * minute;
      if (--times === 0) return { told, matrix: ran.matrix };
    }
  }

  test('tell of a project that refuses everything while another answers, and of its end', async () => {
    fake.script({ project: 'acme-b' }, 'permission denied');
    const blind = await run(8);
    fake.script({ project: 'acme-b' }, 'enabled');
    const over = await run(2);

    assert.deepEqual(
      [...blind.told, ...over.told].map(({ kind }) => kind),
      ['ProbeBlind', 'ProbeRecovered'],
    );
    const [first] = blind.told;
    if (first?.kind !== 'ProbeBlind') throw new Error('nobody was told');
    const { project, cause, evidence } = first.data.areas[0] ?? {};
    assert.deepEqual([first.data.areas.length, project, cause], [1, 'acme-b', 'permission_denied']);
    assert.match(evidence ?? '', /aiplatform\.endpoints\.predict/);
  });

  for (const row of ['unheard', 'unavailable', 'denied for a reason that nobody knows'] as const)
    test(`tell once of a project that answers "${row}" for hours, in its words`, async () => {
      fake.script({ project: 'acme-b' }, row);
      const { told, matrix } = await run(8);

      const [blind] = told;
      if (told.length !== 1 || blind?.kind !== 'ProbeBlind') throw new Error(`${told.length} were told`);
      const { evidence } = matrix.cells.find(({ project }) => project === 'acme-b') ?? {};
      assert.deepEqual(
        blind.data.areas.map((area) => [area.project, area.cause, area.evidence]),
        [['acme-b', null, evidence]],
      );
    });

  test('show a new wording of Vertex beside what was known of the model, and tell nobody', async () => {
    await run(1);
    fake.script(opus, 'unheard');
    const { told, matrix } = await run(6);

    const cell = matrix.cells.find(({ project, model }) => project === opus.project && model === opus.model);
    assert.equal(cell?.state, 'enabled');
    assert.match(cell.unknownAnswer?.evidence ?? '', /out of phase with the moon/);
    assert.deepEqual(told, []);
  });
});
