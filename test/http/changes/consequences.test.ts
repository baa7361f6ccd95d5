// What a reply says of the consequences of a change.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Consequence } from '../../../shared/domain/consequences/consequence.ts';
import { asAdmin, startService } from '../../support/service.ts';
import { draft } from '../../support/world.ts';

test('a reply has the first thousand consequences of a large change, what governs first, and counts the rest', async () => {
  const service = startService();
  const put = (over: Record<string, unknown>, ifMatch: string, query = '') =>
    service.ask().put(`/v1/policy${query}`).set(asAdmin).set('If-Match', ifMatch).send(draft(over));
  await put({ settings: { future: leaves('a') } }, '"0"').expect(200);
  const after = { secondPerson: true, settings: { companyAnnouncements: ['hello'], future: leaves('b') } };
  const { body } = await put(after, '"1"', '?dry-run').expect(200);
  await service.close();
  const told = body.consequences.map(({ path, risk }: Consequence) => `${risk} ${path.split('/')[1]}`);

  assert.equal(told[0], 'lowers secondPerson');
  assert.deepEqual([told.length, new Set(told.slice(1))], [1_000, new Set(['raises settings'])]);
  assert.deepEqual([body.moreConsequences, body.moreRaising], [502, 501]);
});

function leaves(value: string): Record<string, string> {
  return Object.fromEntries(Array.from({ length: 1_500 }, (_, at) => [`a${at}`, value]));
}
