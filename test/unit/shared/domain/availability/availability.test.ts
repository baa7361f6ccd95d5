// Availability: what each verdict does to each state, and what no sequence of observations can do.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Availability, applyObservation, Cell } from '../../../../../shared/domain/availability/availability.ts';
import { Verdict } from '../../../../../shared/domain/availability/observation.ts';
import { endpoint, instant, observed, refusals, silences } from '../../../../support/observations.ts';
import { cell } from '../../../../support/world.ts';

const states = Availability.options;
const model = 'claude-opus-5';

describe('applyObservation', () => {
  for (const state of states) {
    for (const verdict of silences) {
      test(`${verdict} leaves what is known of a place that is ${state} exactly as it is`, () => {
        const before = cell(model, { state, suspectedAt: instant(-10) });
        const { cell: after, change } = applyObservation(before, endpoint(), observed(verdict));

        assert.deepEqual({ ...after, evidence: '', unknownAnswer: null }, { ...before, evidence: '' });
        assert.equal(after.evidence, state === 'unknown' ? `it was ${verdict}` : before.evidence);
        assert.equal(change, null);
      });
    }

    test(`an answer that is no verdict is shown beside a place that is ${state}, until there is one`, () => {
      const unread = applyObservation(cell(model, { state }), endpoint(), observed('unknown')).cell;
      const later = silences.map((verdict) => applyObservation(unread, endpoint(), observed(verdict, 10)).cell);

      const shown = { at: instant(0), evidence: 'it was unknown' };
      assert.deepEqual(unread.unknownAnswer, shown);
      assert.deepEqual(
        later.map(({ unknownAnswer }) => unknownAnswer),
        [null, { at: instant(10), evidence: 'it was misconfigured' }, shown, { ...shown, at: instant(10) }],
      );
      assert.equal(applyObservation(unread, endpoint(), observed('enabled')).cell.unknownAnswer, null);
    });

    test(`an answer makes a place that is ${state} enabled${state === 'enabled' ? ' still' : ''}`, () => {
      const before = cell(model, { state, suspectedAt: instant(-10), firstCallableAt: null });
      const { cell: after, change } = applyObservation(before, endpoint(), observed('enabled', 0, { by: 'confirm' }));

      const seen = { answeredAt: instant(0), confirmedAt: instant(0), evidence: 'it was enabled', suspectedAt: null };
      const gained = { state: 'enabled', since: instant(0), enabledCount: 2, firstCallableAt: instant(0) };
      assert.deepEqual(after, { ...before, ...seen, ...(state === 'enabled' ? {} : gained) });
      assert.equal(change, state === 'enabled' ? null : 'gained');
    });

    for (const verdict of refusals) {
      const isKept = state === 'enabled';
      test(`one ${verdict} ${isKept ? 'leaves enabled' : `makes ${state} ${verdict}`} and turns nothing`, () => {
        const { cell: after, change } = applyObservation(cell(model, { state }), endpoint(), observed(verdict));

        assert.equal(after.state, isKept ? 'enabled' : verdict);
        assert.equal(change, null);
        assert.equal(after.answeredAt, instant(0));
        assert.equal(after.confirmedAt, cell(model).confirmedAt, 'a screen confirms nothing');
        const isDoubted = verdict === 'no_quota' ? state === 'unknown' : isKept || state === 'unknown';
        assert.equal(after.suspectedAt, isDoubted ? instant(0) : null);
      });
    }
  }

  for (const verdict of refusals.filter((each) => each !== 'no_quota')) {
    test(`an enabled place is lost to ${verdict} by the second run that says so`, () => {
      const first = applyObservation(cell(model), endpoint(), observed('not_served', 0));
      const second = applyObservation(first.cell, endpoint(), observed(verdict, 1));

      assert.equal(first.change, null);
      assert.equal(second.change, 'lost');
      assert.deepEqual([second.cell.state, second.cell.since, second.cell.suspectedAt], [verdict, instant(1), null]);
    });
  }

  test('a second look within the minute is no second run', () => {
    const first = applyObservation(cell(model), endpoint(), observed('not_enabled', 0));
    const second = applyObservation(first.cell, endpoint(), observed('not_enabled', 0.99));

    assert.deepEqual([second.change, second.cell.state, second.cell.suspectedAt], [null, 'enabled', instant(0)]);
  });

  for (const between of ['enabled', 'no_quota'] as const) {
    test(`${between} in between takes the doubt away`, () => {
      let now = cell(model);
      const turns = (['not_enabled', between, 'not_enabled', between] as const).map((verdict, at) => {
        const applied = applyObservation(now, endpoint(), observed(verdict, at * 10));
        now = applied.cell;
        return applied.change;
      });

      assert.deepEqual(turns, [null, null, null, null]);
      assert.equal(now.state, 'enabled');
    });
  }

  test('silence in between leaves the doubt', () => {
    const first = applyObservation(cell(model), endpoint(), observed('not_enabled', 0));
    const silent = applyObservation(first.cell, endpoint(), observed('transient', 10));

    assert.equal(applyObservation(silent.cell, endpoint(), observed('not_enabled', 20)).change, 'lost');
  });

  test('a place never seen starts out unknown, and silence leaves it so', () => {
    const { cell: seen, change } = applyObservation(null, endpoint(), observed('transient'));

    assert.deepEqual([seen.state, seen.answeredAt, seen.enabledCount, change], ['unknown', null, 0, null]);
  });

  test('another reason for not being callable is another state since then, the same one is not', () => {
    const before = cell(model, { state: 'not_enabled' });

    assert.equal(applyObservation(before, endpoint(), observed('not_served')).cell.since, instant(0));
    assert.equal(applyObservation(before, endpoint(), observed('not_enabled')).cell.since, before.since);
  });
});

const verdicts = fc.array(fc.tuple(fc.constantFrom(...Verdict.options), fc.integer({ min: 0, max: 30 })), {
  maxLength: 30,
});

test('whatever is observed, states change by words about the model, losses take two, and enablings only grow', () => {
  fc.assert(
    fc.property(verdicts, (sequence) => {
      const cells: Cell[] = [];
      let minutes = 0;
      let refusedAt: number | null = null;
      for (const [verdict, wait] of sequence) {
        minutes += wait;
        const before = cells.at(-1) ?? null;
        const { cell: after, change } = applyObservation(before, endpoint(), observed(verdict, minutes));
        Cell.parse(after);
        if (silences.some((each) => each === verdict)) assert.equal(after.state, before?.state ?? 'unknown');
        else {
          const isRefused = verdict !== 'enabled' && verdict !== 'no_quota';
          if (change === 'lost') assert.ok(isRefused && refusedAt !== null && minutes - refusedAt >= 1);
          refusedAt = isRefused ? (refusedAt ?? minutes) : null;
        }
        assert.equal(change === 'gained', after.state === 'enabled' && before?.state !== 'enabled');
        assert.equal(change === 'lost', after.state !== 'enabled' && before?.state === 'enabled');
        assert.equal(after.enabledCount, (before?.enabledCount ?? 0) + (change === 'gained' ? 1 : 0));
        cells.push(after);
      }
    }),
    { numRuns: 500 },
  );
});
