// What a reply says of the consequences of a change.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asAdmin, startService } from '../../support/service.ts';
import { draft } from '../../support/world.ts';

test('a reply has the first thousand consequences of a large change, those that raise risk first, and the number of the rest', async () => {
  const service = startService();
  const put = (settings: object, ifMatch: string, query = '') =>
    service.ask().put(`/v1/policy${query}`).set(asAdmin).set('If-Match', ifMatch).send(draft({ settings }));
  await put({ env: variables('1') }, '"0"').expect(200);
  const { body } = await put({ companyAnnouncements: ['hello'], env: variables('2') }, '"1"', '?dry-run').expect(200);
  await service.close();
  const risks = body.consequences.map(({ risk }: { risk: string }) => risk);

  assert.deepEqual([risks.length, new Set(risks), body.moreConsequences], [1_000, new Set(['raises']), 501]);
});

function variables(value: string): Record<string, string> {
  return Object.fromEntries(Array.from({ length: 1_500 }, (_, at) => [`A${at}`, value]));
}
