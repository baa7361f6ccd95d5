// The 1M context of a pin under a lock: some versions of Claude Code run another pin for a variable with its suffix.

import assert from 'node:assert/strict';
import test from 'node:test';
import { shippedCatalogue } from '../../../../../shared/catalogue/catalogue.ts';
import { resolve } from '../../../../../shared/domain/serving/resolve.ts';
import { firstRing } from '../../../../support/invented.ts';
import { day, policy, ring } from '../../../../support/world.ts';

test('a lock drops the 1M context from a pin for the versions that would run another pin, and says so', () => {
  for (const [cli, suffix] of [
    [null, '[1m]'],
    ['2.1.206', '[1m]'],
    ['2.1.207', ''],
    ['2.1.259', ''],
    ['2.1.260', '[1m]'],
  ] as const) {
    for (const lock of [true, false]) {
      const { settings, pins: served, reasons } = resolved(lock, cli);
      const isDropped = lock && suffix === '';

      assert.equal(
        settings.env['ANTHROPIC_DEFAULT_SONNET_MODEL'],
        `claude-sonnet-4-6${isDropped ? '' : '[1m]'}`,
        `${cli}`,
      );
      assert.equal(served[0]?.context1m, true);
      assert.equal(
        reasons.some(({ about, code }) => about === 'sonnet' && code === 'context1m_dropped'),
        isDropped,
      );
    }
  }
});

function resolved(lock: boolean, cli: string | null) {
  const stated = policy({ lock, rings: [ring({ pins: { sonnet: { model: 'claude-sonnet-4-6', context1m: true } } })] });
  const where = { policy: stated, ring: firstRing(stated), selector: '*', cli, catalogue: shippedCatalogue, day };
  return resolve({ ...where, callableModels: null, reached: [] });
}
