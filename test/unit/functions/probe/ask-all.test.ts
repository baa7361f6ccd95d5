// Looking around: what is asked of Vertex, how much at once, and what it may cost.

import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { askAll } from '../../../../functions/probe/ask-all.ts';
import type { Cell } from '../../../../shared/domain/availability/availability.ts';
import type { ModelEndpoint } from '../../../../shared/domain/models/model-endpoint.ts';
import { ScriptedGarden } from '../../../support/fakes/scripted-garden.ts';
import { endpoint, instant } from '../../../support/observations.ts';
import { cell, matrix, now } from '../../../support/world.ts';

let time = now;
let garden: ScriptedGarden;

beforeEach(() => {
  time = now;
  garden = new ScriptedGarden(() => time);
});

function around(
  endpoints: readonly ModelEndpoint[],
  cells: readonly Cell[] = [],
  onResult?: (done: number, all: number) => void,
) {
  const watched =
    onResult === undefined ? {} : { onResult: (_look: unknown, done: number, all: number) => onResult(done, all) };
  return askAll({ garden, clock: () => time, before: matrix(cells), endpoints, ...watched });
}

/** Places that share no quota. */
function manyEndpoints(count: number): readonly ModelEndpoint[] {
  return Array.from({ length: count }, (_, at) => endpoint('claude-opus-4-8', `location-${at}`));
}

describe('a look around', () => {
  test('asks 32 at once and no more, and answers in the order of the places', async () => {
    garden.before = () => new Promise(setImmediate);
    const endpoints = manyEndpoints(100);
    const { results } = await around(endpoints);

    assert.equal(garden.most, 32);
    assert.deepEqual(
      results.map((look) => look.endpoint),
      endpoints,
    );
  });

  test('tells whoever watches of each look', async () => {
    const seen: string[] = [];
    await around(manyEndpoints(3), [], (done, all) => seen.push(`${done} of ${all}`));

    assert.deepEqual(seen, ['1 of 3', '2 of 3', '3 of 3']);
  });

  test('confirms nothing that the screen already answered', async () => {
    garden.script = () => 'not_served';
    const { results, confirmations } = await around(manyEndpoints(2));

    assert.deepEqual([confirmations, garden.confirmed], [0, []]);
    assert.deepEqual(
      results.map(({ observation }) => observation.verdict),
      ['not_served', 'not_served'],
    );
  });

  const model = 'claude-opus-5';
  const day = 24 * 60;
  const due: readonly (readonly [string, Cell | null, boolean])[] = [
    ['never seen', null, true],
    ['not enabled', cell(model, { state: 'not_enabled' }), true],
    ['of no quota', cell(model, { state: 'no_quota' }), true],
    ['enabled and confirmed an hour ago', cell(model), false],
    ['enabled and confirmed almost a day ago', cell(model, { confirmedAt: instant(1 - day) }), false],
    ['enabled and confirmed a day ago', cell(model, { confirmedAt: instant(-day) }), true],
    ['enabled and never confirmed', cell(model, { confirmedAt: null }), true],
    ['enabled, but in doubt', cell(model, { suspectedAt: instant(-10) }), true],
  ];
  for (const [what, known, isDue] of due) {
    test(`${isDue ? 'confirms' : 'does not confirm'} a servable place that is ${what}`, async () => {
      const { results, confirmations } = await around([endpoint()], known === null ? [] : [known]);

      assert.equal(confirmations, isDue ? 1 : 0);
      assert.equal(results[0]?.observation.verdict, isDue ? 'enabled' : 'candidate');
    });
  }

  test('asks no more of a quota that is used up, and goes on elsewhere', async () => {
    garden.script = ({ location }, by) => {
      if (by === 'screen') return 'candidate';
      return location === 'eu' ? 'no_quota' : 'enabled';
    };
    garden.before = () => new Promise(setImmediate);
    // More than are asked at once, so that some come after the first refusal.
    const same = Array.from({ length: 80 }, (_, at) => endpoint(`claude-opus-${at + 5}`, 'eu'));
    const others = [
      endpoint('claude-sonnet-5', 'eu'),
      endpoint('claude-opus-5', 'global'),
      endpoint('claude-opus-5', 'eu', 'acme-labs'),
    ];
    const { results } = await around([...same, ...others]);

    const asked = garden.confirmed.map((each) => JSON.stringify(each));
    assert.ok(asked.length <= 32 + others.length, `${asked.length} confirmations`);
    for (const other of others) assert.ok(asked.includes(JSON.stringify(other)));
    const left = results.slice(0, 80).filter(({ observation }) => observation.verdict === 'candidate');
    assert.ok(left.length >= 80 - 32, `${left.length} were left alone`);
  });

  test('confirms in the next run what there were no confirmations left for', async () => {
    for (const minutes of [0, 10]) {
      time = now + minutes * 60_000;
      await around(manyEndpoints(336));
    }

    assert.equal(new Set(garden.confirmed.map((each) => JSON.stringify(each))).size, 336);
  });

  test('spends 200 confirmations at most', async () => {
    const { confirmations, results } = await around(manyEndpoints(250));

    assert.deepEqual([confirmations, garden.confirmed.length, results.length], [200, 200, 250]);
  });

  test('begins nothing after four minutes, and leaves out what it did not look at', async () => {
    garden.script = () => 'not_enabled';
    garden.before = async () => {
      await new Promise(setImmediate);
      time += 10_000;
    };
    const { results } = await around(manyEndpoints(100));

    // 32 begin at once; after 24 answers of ten seconds the time is over.
    assert.equal(garden.screened.length, 32 + 23);
    assert.equal(results.length, 32 + 23);
  });

  test('of no places sees nothing', async () => {
    assert.deepEqual(await around([]), { results: [], confirmations: 0 });
  });
});
