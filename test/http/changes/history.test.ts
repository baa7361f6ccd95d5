// The history shows what each revision changed for machines: in short for each, as the events say it whole.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Consequence } from '../../../shared/domain/consequences/consequence.ts';
import type { Revision } from '../../../shared/domain/serving/revision.ts';
import { TwoPeople } from '../../support/two-people.ts';
import { cell, matrix, pins, ring } from '../../support/world.ts';

const opus = (model: string) => ({ rings: [ring({ pins: { ...pins, opus: { model } } })] });

async function revisionsOf(world: TwoPeople) {
  const { revisions } = await world.must('ada', 'GET', '/v1/revisions');
  return revisions as readonly Omit<Revision, 'policy'>[]; // the reply of the call
}

test('the list counts the consequences of each revision by risk, with their paths', async () => {
  const world = new TwoPeople();
  await world.begin();
  await world.agree({ ...opus('claude-opus-5'), lock: true });
  await world.must('eve', 'PUT', '/v1/policy', {
    ...(await world.policy()),
    settings: { companyAnnouncements: ['hello'] },
  });
  const told = new Map(
    (await world.events()).flatMap((event) =>
      event.kind === 'PolicyChanged' ? [[event.data.revision, event.data.consequences] as const] : [],
    ),
  );
  const revisions = await revisionsOf(world);

  assert.deepEqual(
    revisions.map(({ number }) => number),
    [3, 2, 1],
  );
  for (const { number, consequences } of revisions) {
    const all = told.get(number) ?? [];
    const count = (risk: Consequence['risk']) => all.filter((each) => each.risk === risk).length;
    const paths = [...new Set(all.map(({ path }) => path))];
    const counted = { raises: count('raises'), lowers: count('lowers'), neutral: count('neutral'), paths };
    assert.deepEqual(consequences, counted, `revision ${number}`);
  }
  assert.deepEqual(revisions[0]?.consequences?.paths, ['/settings/companyAnnouncements']);
  assert.deepEqual(revisions[1]?.consequences?.paths.toSorted(), [
    '/locked',
    '/pins/opus',
    '/settings/availableModels',
  ]);
});

test('a stage of a rollout is a revision with consequences, too, and a call that ends it answers with them', async () => {
  const world = new TwoPeople();
  await world.begin({
    secondPerson: false,
    rollout: { stages: [50, 100], bakeMinutes: 1, abortAtFailurePercent: 5, minReports: 1 },
  });
  await world.see(matrix([cell('claude-opus-5'), cell('claude-opus-4-8')]));
  await world.must('eve', 'PUT', '/v1/rings/everyone/pins/opus', { model: 'claude-opus-5' });
  await world.pass(2);
  const aborted = await world.must('eve', 'POST', '/v1/rollouts/1/abort');
  const [abort, stage] = await revisionsOf(world);

  assert.deepEqual(stage?.consequences?.paths, ['/pins/opus']);
  assert.deepEqual(abort?.consequences, { raises: 0, lowers: 1, neutral: 0, paths: ['/pins/opus'] });
  assert.deepEqual(
    aborted.consequences.map(({ path, risk }: Consequence) => [path, risk]),
    [['/pins/opus', 'lowers']],
  );
});
